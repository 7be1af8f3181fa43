// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import ArgumentParser
internal import Wire

/// `bitting credential change`
struct CredentialChange: Act {
    static let configuration = CommandConfiguration(
        commandName: "change", abstract: "Change a credential's name or settings, not its value.",
        discussion: "Settings say where the value goes: changing them needs the right to see the value.")

    @Argument(help: "The credential's id: cred_…")
    var id: CredentialID

    @Option(help: "What people call it.")
    var name: String?

    @Option(
        help: ArgumentHelp(
            "What the provider wants to know that is no secret, name=value; may be repeated, and all are given.",
            valueName: "name=value"))
    var setting: [SettingArgument] = []

    @Option(help: ArgumentHelp("Only if it is still at this revision, as `show` prints it.", valueName: "revision"))
    var revision: String?

    @OptionGroup var connection: Connection

    func run(in surroundings: Surroundings) async throws -> ExitStatus {
        let patch = JSON.given([
            "name": name.map(JSON.string),
            "settings": setting.unlessEmpty { settings in
                .object(settings.map { JSON.Member(name: $0.name, value: .string($0.value)) })
            },
        ])
        guard patch.asObject?.isEmpty == false else {
            throw CommandFailure("Nothing to change was given.", fix: "Name at least one thing to change; see --help.")
        }
        return try await connection.desk(in: surroundings).show(
            "PATCH", Noun.credentials.path + [id.description], body: patch, ifMatch: revision)
    }
}
