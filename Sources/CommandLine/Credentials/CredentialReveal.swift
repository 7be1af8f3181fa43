// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import ArgumentParser
internal import Wire

/// `bitting credential reveal`
struct CredentialReveal: Act {
    static let configuration = CommandConfiguration(
        commandName: "reveal", abstract: "Show a value. That you saw it, when and why, is written down first.",
        discussion: "Prints the value alone, so that it can be piped; needs a key with credentials:reveal.")

    @Argument(help: "The credential's id: cred_…")
    var id: CredentialID

    @Option(help: "Why you need to see it.")
    var reason: String

    @Option(help: ArgumentHelp("Of the version of this number; of the current one if not given.", valueName: "number"))
    var version: Int64?

    @OptionGroup var connection: Connection

    func run(in surroundings: Surroundings) async throws -> ExitStatus {
        let desk = try connection.desk(in: surroundings)
        let answer = try await desk.call(
            "POST", Noun.credentials.path + [id.description, "reveal"],
            body: .given(["reason": .string(reason), "version": version.map { .integer($0) }])
        ).json
        guard !connection.json else {
            desk.printer.json(answer)
            return .done
        }
        let value = answer["value"] ?? .null
        if let text = value.asString { surroundings.terminal.say(text) } else { desk.printer.json(value) }
        desk.printer.note("Recorded as \(answer["exposure"]?.asString ?? "an exposure").")
        return .done
    }
}
