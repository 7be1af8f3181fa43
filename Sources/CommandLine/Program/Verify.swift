// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import ArgumentParser
internal import BittingClient
internal import Wire

/// `bitting verify`
struct Verify: Act {
    static let configuration = CommandConfiguration(
        abstract: "Ask whether a key is valid, and what it may do.",
        usage: "bitting verify [-] [<options>]",
        discussion: """
            The key to check is read from standard input, or asked for on a terminal; never from an argument.
            Exit status: 0 valid, 1 not valid, 2 could not be asked. BITTING_KEY needs the scope keys:verify.
            """)

    @Option(help: ArgumentHelp("A scope that is needed; may be repeated, then all are.", valueName: "scope"))
    var scope: [Scope] = []

    @Option(
        help: ArgumentHelp(
            "Scopes as an expression: \"labels:create AND (orders:read OR orders:write)\"", valueName: "query"))
    var scopes: String?

    @Option(
        help: ArgumentHelp("Where the request came from, for keys that are tied to addresses.", valueName: "address"))
    var address: String?

    @Option(help: ArgumentHelp("The request's method, for keys that are tied to routes.", valueName: "method"))
    var method: String?

    @Option(help: ArgumentHelp("The request's path, likewise.", valueName: "path"))
    var path: String?

    @Option(
        help: ArgumentHelp(
            "Where the data plane listens. BITTING_DATA_URL; default \(Defaults.dataURL)", valueName: "url"))
    var dataURL: String?

    @Option(
        help: ArgumentHelp(
            "The Unix socket on which it listens on this machine. BITTING_DATA_SOCKET", valueName: "path"))
    var dataSocket: String?

    @Flag(help: "Print the API's JSON.")
    var json = false

    @Argument(parsing: .allUnrecognized, help: .hidden)
    var words: [String] = []

    private static let input = SecretInput(name: "key", limit: 16_384)

    func validate() throws {
        guard scope.isEmpty || scopes == nil else { throw ValidationError("Give --scope or --scopes, not both.") }
    }

    func run(in surroundings: Surroundings) async throws -> ExitStatus {
        try Verify.input.refuse(words)
        let client = try BittingClient(
            url: Defaults.url, dataURL: surroundings.setting(dataURL, "BITTING_DATA_URL") ?? Defaults.dataURL,
            dataSocket: socket(in: surroundings), key: try Connection.key(in: surroundings),
            transport: surroundings.transport)
        let response = try await ask(client, about: try Verify.input.read(from: surroundings.terminal))
        let verification = try Verification(reading: response)
        Printer(terminal: surroundings.terminal, asJSON: json).show((try? JSON.parse(response.body)) ?? .null)
        return verification.valid ? .done : .refused
    }

    /// The socket, unless a URL was named in words.
    private func socket(in surroundings: Surroundings) -> String? {
        guard dataURL == nil || dataSocket != nil else { return nil }
        return surroundings.setting(dataSocket, "BITTING_DATA_SOCKET")
    }

    /// To be refused the question is not the answer no: it ends with 2.
    private func ask(_ client: BittingClient, about key: String) async throws(CommandFailure) -> Response {
        do throws(BittingError) {
            return try await client.ask(
                VerifyQuestion(key: key, scopes: needed, address: address, method: method, path: path))
        } catch {
            throw CommandFailure(calling: error, status: .failed)
        }
    }

    private var needed: RequiredScopes {
        if let scopes { return .query(scopes) }
        return scope.isEmpty ? .none : .all(scope.map(\.description))
    }
}
