// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import ArgumentParser
internal import Secrets
internal import Wire

/// `bitting audit verify`
struct AuditVerify: Act {
    static let configuration = CommandConfiguration(
        commandName: "verify", abstract: "Check that no event was changed, removed or moved.",
        discussion: """
            A file holds one event a line, or lists as `bitting event list --all --json` prints them; no server is
            needed. A directory is a data directory, whose whole trail is checked. Exit status: 0 intact, 1 broken,
            2 not readable.

            Events cut off at the end leave no trace in what remains: compare the last hash that is printed with one
            that you kept. An export that begins in the middle is checked from there on, which is said.
            """)

    @Argument(help: ArgumentHelp("An exported trail, or a data directory.", valueName: "file|directory"))
    var place: String

    @Option(
        help: ArgumentHelp(
            "The trail must begin with this event; what a file has before it is passed over.", valueName: "sequence"))
    var fromSequence: Int64?

    @Flag(help: "Print the result as JSON.")
    var json = false

    func validate() throws {
        guard (fromSequence ?? 1) >= 1 else { throw ValidationError("--from-sequence must be 1 or more.") }
    }

    func run(in surroundings: Surroundings) async throws -> ExitStatus {
        let isDirectory = FileBytes.isDirectory(place)
        var check = TrailCheck(start: fromSequence ?? (isDirectory ? 1 : nil))
        do {
            if isDirectory {
                try await surroundings.house.readEvents(place) { try check.follow($0, at: nil) }
            } else {
                try TrailFile(path: place).forEach { try check.follow($0, at: $1) }
            }
        } catch let fault as TrailCheck.Fault {
            throw CommandFailure(
                "The trail is broken" + (fault.place.map { " at \($0)" } ?? "") + ": \(fault.what)",
                fix: "Compare with another copy of the trail; a list that was filtered has gaps and cannot be checked.",
                status: .refused)
        }
        report(check, on: surroundings.terminal)
        return .done
    }

    private func report(_ check: TrailCheck, on terminal: Terminal) {
        guard let first = check.first, let last = check.last else {
            return json ? terminal.say(#"{"events":0}"#) : terminal.say("There are no events to check.")
        }
        if json {
            Printer(terminal: terminal, asJSON: true).json([
                "events": .integer(Int64(check.count)), "first_sequence": .integer(first.sequence),
                "last_sequence": .integer(last.sequence), "first_at": .string(first.at.description),
                "last_at": .string(last.at.description), "last_hash": .string(last.hash.hexadecimal),
                "trusted_previous_hash": check.trustsItsStart ? .string(first.previous.hexadecimal) : .null,
            ])
            return
        }
        let events = check.count == 1 ? "1 event" : "\(check.count) events"
        terminal.say("The trail is intact: \(events), \(first.sequence) to \(last.sequence).")
        terminal.say("First: \(first.at)")
        terminal.say("Last:  \(last.at)")
        terminal.say("Last hash: \(last.hash.hexadecimal)")
        if check.trustsItsStart {
            terminal.say(
                "It starts at event \(first.sequence): what was before was not checked, the link to it is trusted.")
            terminal.say("Trusted previous hash: \(first.previous.hexadecimal)")
        }
    }
}
