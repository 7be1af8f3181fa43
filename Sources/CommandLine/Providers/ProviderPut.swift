// SPDX-License-Identifier: Apache-2.0
internal import ArgumentParser
internal import Wire

/// `bitting provider put`
struct ProviderPut: Act {
    static let configuration = CommandConfiguration(
        commandName: "put", abstract: "Make a provider, or replace its description.",
        discussion: """
            The file says title, origins, credential and more; `bitting provider catalog stripe` prints a whole one, \
            `bitting provider check` tells what is wrong with yours:
              title: Example carrier
              origins: [https://api.carrier.example]
              credential: {in: header, name: Authorization, format: "Bearer {value}"}
            """)

    @Argument(help: "The provider's name.")
    var name: String

    @Argument(help: "A YAML or JSON file; - for standard input.")
    var file: String

    @Option(help: ArgumentHelp("Only if it is still at this revision, as `show` prints it.", valueName: "revision"))
    var revision: String?

    @OptionGroup var connection: Connection

    func run(in surroundings: Surroundings) async throws -> ExitStatus {
        let desk = try connection.desk(in: surroundings)
        let document = try ProviderFile(at: file, from: surroundings.terminal).json
        return try await desk.show("PUT", Noun.providers.path + [name], body: document, ifMatch: revision)
    }
}
