// SPDX-License-Identifier: Apache-2.0
internal import ArgumentParser
internal import BittingClient

/// `bitting proxy`
struct ProxyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "proxy", abstract: "The forward proxy, for programs whose base URL cannot be changed.",
        subcommands: [ProxyAuthorityShow.self])
}

/// `bitting proxy ca`
struct ProxyAuthorityShow: Act {
    static let configuration = CommandConfiguration(
        commandName: "ca", abstract: "Print the certificate of the proxy's authority, as PEM.",
        discussion: """
            Programs that call through the proxy must trust it, and nobody else should: whoever holds its key could stand \
            in for any host towards them. `bitting run --proxy` tells a program by itself.
            """)

    @Option(
        help: ArgumentHelp(
            "Where the control plane listens. BITTING_URL; default \(Defaults.url). The key is in BITTING_KEY.",
            valueName: "url"))
    var url: String?

    func run(in surroundings: Surroundings) async throws -> ExitStatus {
        let client = try BittingClient(
            url: surroundings.setting(url, "BITTING_URL") ?? Defaults.url, dataURL: Defaults.dataURL,
            key: try Connection.key(in: surroundings), transport: surroundings.transport)
        let answer = try await client.call("GET", ["v1", "proxy", "ca.pem"]).accepted()
        surroundings.terminal.write(.output, answer.body)
        return .done
    }
}
