// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import ArgumentParser
internal import Wire

/// `bitting credential test`
struct CredentialTest: Act {
    static let configuration = CommandConfiguration(
        commandName: "test", abstract: "Ask the provider whether a held key works.",
        discussion: """
            The server makes the call that the provider's description names, and says works, dead or unclear. Exit status: \
            0 it works, 1 it does not, or cannot be told.
            """)

    @Argument(help: "The credential's id: cred_…")
    var id: CredentialID

    @Option(
        name: .customLong("version-id"),
        help: ArgumentHelp("This version and not the current one.", valueName: "version"))
    var version: VersionID?

    @OptionGroup var connection: Connection

    func run(in surroundings: Surroundings) async throws -> ExitStatus {
        let desk = try connection.desk(in: surroundings)
        let answer = try await desk.call(
            "POST", ["v1", "credentials", id.description, "test"],
            body: .given(["version": version.map { .string($0.description) }]))
        desk.printer.show(answer.json)
        return answer.json["verdict"] == "works" ? .done : .refused
    }
}
