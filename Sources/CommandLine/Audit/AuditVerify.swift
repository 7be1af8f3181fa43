// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import ArgumentParser

/// `bitting audit verify`
struct AuditVerify: Act {
    static let configuration = CommandConfiguration(
        commandName: "verify", abstract: "Check that no event was changed, removed or moved.",
        discussion: """
            A file holds one event a line, as `bitting audit export` writes them, or lists as `bitting event list --all \
            --json` prints them; no server is needed. A directory is a data directory, whose whole trail is checked. \
            Exit status: 0 intact, 1 broken, 2 not readable or not to be proven.

            The chain alone cannot show that the newest events were cut off, nor that all of it was written anew. Signed \
            checkpoints can: give those that `bitting serve --checkpoints-to` left in a second place, and the key that \
            you noted when you set the server up. Those in the directory itself are checked too, but whoever can change \
            the trail can remove them.

            Without checkpoints, compare the last hash that is printed with one that you kept. An export that begins in \
            the middle is checked from there on, which is said; checkpoints cannot prove it.
            """)

    @Argument(help: ArgumentHelp("An exported trail, or a data directory.", valueName: "file|directory"))
    var place: String

    @OptionGroup var sources: CheckpointSources

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
        do {
            return try await verify(in: surroundings)
        } catch let fault as TrailCheck.Fault {
            throw CommandFailure(
                "The trail is broken" + (fault.place.map { " at \($0)" } ?? "") + ": \(fault.what)",
                fix: "Compare with another copy of the trail; a list that was filtered has gaps and cannot be checked.",
                status: .refused)
        } catch let fault as CheckpointFault {
            throw CommandFailure(
                "The trail is not what was signed: \(fault.what)",
                fix: "Compare with other copies of the trail and of the checkpoints; find out who could write them.",
                status: .refused)
        }
    }

    private func verify(in surroundings: Surroundings) async throws -> ExitStatus {
        let house = surroundings.house
        let isDirectory = FileBytes.isDirectory(place)
        var found = try sources.read(besides: isDirectory ? try await house.readCheckpoints(place) : nil)
        var check = TrailCheck(start: fromSequence ?? (isDirectory ? 1 : nil))
        var proof = CheckpointProof(found.checkpoints)
        func follow(_ event: Event, _ place: String?) throws {
            let before = check.count
            try check.follow(event, at: place)
            if check.count > before { try proof.follow(event) }
        }
        if isDirectory {
            try await house.readEvents(place) { try follow($0, nil) }
        } else {
            try TrailFile(path: place).forEach { try follow($0, $1) }
        }
        try proof.end()
        found.remarks += [CheckpointRemarks.age(of: proof.newestAt, at: surroundings.now())].compactMap(\.self)
        TrailReport(check: check, proof: proof, found: found, isDirectory: isDirectory)
            .say(on: surroundings.terminal, asJSON: json)
        guard !proof.isImpossible else { throw AuditVerify.notProven(from: check.first?.sequence ?? 0) }
        return .done
    }

    private static func notProven(from first: Int64) -> CommandFailure {
        CommandFailure(
            "The checkpoints prove nothing about this trail: it begins at event \(first), and a checkpoint is over all "
                + "events from the first.",
            fix: "Check an export that begins with event 1, or the data directory.")
    }
}
