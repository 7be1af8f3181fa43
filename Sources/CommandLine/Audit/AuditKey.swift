// SPDX-License-Identifier: Apache-2.0
internal import ArgumentParser
internal import Wire

/// `bitting audit key`
struct AuditKey: Act {
    static let configuration = CommandConfiguration(
        commandName: "key", abstract: "Print the key that checkpoints are checked with.",
        discussion: """
            One line, to be kept where nobody who can change the server can change it: `bitting audit verify --key` takes \
            it.
            """)

    @OptionGroup var connection: Connection

    func run(in surroundings: Surroundings) async throws -> ExitStatus {
        let desk = try connection.desk(in: surroundings)
        let answer = try await desk.call("GET", ["v1", "audit", "key"]).json
        guard !connection.json, let key = answer["verifier_key"]?.asString else {
            desk.printer.json(answer)
            return .done
        }
        surroundings.terminal.say(PlainText.line(key))
        return .done
    }
}
