// SPDX-License-Identifier: Apache-2.0
internal import ArgumentParser
internal import BittingClient

/// Where a command calls, and how it prints what comes back.
struct Connection: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Where the control plane listens. BITTING_URL; default http://127.0.0.1:7101. The key is in BITTING_KEY.",
            valueName: "url"))
    var url: String?

    @Flag(help: "Print the API's JSON.")
    var json = false

    /// The desk of management calls that this command works at.
    func desk(in surroundings: Surroundings) throws -> ManagementDesk {
        let client = try BittingClient(
            url: surroundings.setting(url, "BITTING_URL") ?? Defaults.url, dataURL: Defaults.dataURL,
            key: try Connection.key(in: surroundings), transport: surroundings.transport)
        return ManagementDesk(client: client, printer: Printer(terminal: surroundings.terminal, asJSON: json))
    }

    /// The caller's own key, which no flag can carry.
    static func key(in surroundings: Surroundings) throws(CommandFailure) -> String {
        guard let key = surroundings.setting(nil, "BITTING_KEY") else {
            throw CommandFailure(
                "BITTING_KEY is not set.",
                fix: "Put a management key into the environment variable BITTING_KEY; `bitting init` printed the first."
            )
        }
        return key
    }
}

/// What holds where neither a flag nor a variable says otherwise.
enum Defaults {
    static let url = "http://127.0.0.1:7101"
    static let dataURL = "http://127.0.0.1:7100"
    static let proxyURL = "http://127.0.0.1:7102"
    static let dataAddress = "127.0.0.1:7100"
    static let controlAddress = "127.0.0.1:7101"
    static let trustedPeers = "127.0.0.0/8,::1/128"
}
