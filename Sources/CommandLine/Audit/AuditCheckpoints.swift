// SPDX-License-Identifier: Apache-2.0
internal import ArgumentParser
internal import Wire

/// `bitting audit checkpoints`
struct AuditCheckpoints: Act {
    static let configuration = CommandConfiguration(
        commandName: "checkpoints", abstract: "Print the signed checkpoints, oldest first.",
        discussion: """
            As `bitting audit verify --checkpoints` reads them: fetched from another machine now and then, they are a \
            second place too. --json prints the API's JSON, one checkpoint a line, with the number to go on --after.
            """)

    @Option(help: ArgumentHelp("Those behind this number.", valueName: "number"))
    var after: Int64 = 0

    @OptionGroup var connection: Connection

    func validate() throws {
        guard after >= 0 else { throw ValidationError("--after must be 0 or more.") }
    }

    func run(in surroundings: Surroundings) async throws -> ExitStatus {
        let desk = try connection.desk(in: surroundings)
        var last: Int64? = after
        while let position = last {
            let query = [("after", String(position)), ("limit", "200")]
            let page = try await desk.call("GET", ["v1", "audit", "checkpoints"], query: query).json
            for item in page["items"]?.asArray ?? [] { say(item, on: surroundings.terminal) }
            let next = page["next_cursor"]?.asString.flatMap { Int64($0) }
            last = next.flatMap { $0 > position ? $0 : nil }
        }
        return .done
    }

    private func say(_ item: JSON, on terminal: Terminal) {
        guard !connection.json, let note = item["note"]?.asString else { return terminal.say(item.text) }
        note.split(separator: "\n", omittingEmptySubsequences: false).map { PlainText.line(String($0)) }
            .forEach(terminal.say)
    }
}
