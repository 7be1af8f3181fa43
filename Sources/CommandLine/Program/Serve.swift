// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import ArgumentParser

/// `bitting serve`
struct Serve: Act {
    static let configuration = CommandConfiguration(
        abstract: "Serve the data plane and the control plane.",
        discussion: """
            When ready, prints one JSON line with both addresses on standard output; logs go to standard error.
            SIGTERM drains: it stops accepting, finishes what runs and exits with 0. Port 0 takes a free port.
            """)

    @OptionGroup var place: DataPlace

    @Option(
        help: ArgumentHelp(
            "Where verify, authorize and lend listen. BITTING_DATA_ADDRESS; default \(Defaults.dataAddress)",
            valueName: "address:port"))
    var dataAddress: String?

    @Option(
        help: ArgumentHelp(
            "A Unix socket where they listen too, for programs of this machine.",
            discussion: """
                BITTING_DATA_SOCKET; default none. Its mode is 0660: whoever may open it is believed like a trusted peer.
                """, valueName: "path"))
    var dataSocket: String?

    @Option(
        help: ArgumentHelp(
            "Where everything else listens. BITTING_CONTROL_ADDRESS; default \(Defaults.controlAddress)",
            valueName: "address:port"))
    var controlAddress: String?

    @Option(
        help: ArgumentHelp(
            "Event loops of the data plane. BITTING_DATA_THREADS; default one a core", valueName: "count"))
    var dataThreads: String?

    @Option(
        help: ArgumentHelp(
            "A peer (CIDR) whose forwarded headers are believed; may be repeated.",
            discussion: "BITTING_TRUSTED_PEERS, with commas; default loopback", valueName: "range"),
        transform: AddressRange.reading)
    var trustedPeer: [AddressRange] = []

    @OptionGroup(title: "Checkpoints of the audit trail") var checkpoints: CheckpointFlags

    @OptionGroup(title: "Tokens") var tokens: TokenFlags

    @OptionGroup(title: "Signing in") var issuers: IssuerFlags

    @OptionGroup(title: "Webhooks") var webhooks: WebhookFlags

    @OptionGroup(title: "Forward proxy") var proxy: ProxyFlags

    @Option(
        help: ArgumentHelp(
            "Where those who are invited to hand in a key find the page, as a gateway shows it to them.",
            discussion: """
                BITTING_DEPOSIT_URL, like https://keys.acme.example/deposit; default /deposit at the address by which \
                `bitting deposit invite` calls.
                """,
            valueName: "url"))
    var depositURL: String?

    @Option(
        help: ArgumentHelp(
            "How many bad keys one address may show in a minute before its calls are refused unread; 0 for any number.",
            discussion: "BITTING_BAD_KEYS_PER_MINUTE; default 120. Trusted peers are spared.", valueName: "count"))
    var badKeysPerMinute: String?

    @Option(
        help: ArgumentHelp(
            "Where each lent call is told of in a line of JSON: a file, or - for standard output.",
            discussion: """
                BITTING_LEND_LOG; default none. The file is appended to; rotate it with copytruncate. No header, body or \
                query value is in it.
                """, valueName: "file"))
    var lendLog: String?

    func run(in surroundings: Surroundings) async throws -> ExitStatus {
        try await surroundings.house.serve(options(in: surroundings))
        return .done
    }

    private func options(in surroundings: Surroundings) throws -> ServeOptions {
        ServeOptions(
            dataDirectory: try place.directory(in: surroundings),
            dataAddress: try address(dataAddress, "DATA", Defaults.dataAddress, surroundings),
            dataSocket: surroundings.setting(dataSocket, "BITTING_DATA_SOCKET"),
            controlAddress: try address(controlAddress, "CONTROL", Defaults.controlAddress, surroundings),
            database: try place.database(in: surroundings), masterKey: place.masterKey(in: surroundings),
            dataThreads: try threads(in: surroundings), trustedPeers: try peers(in: surroundings),
            badKeysPerMinute: try badKeys(in: surroundings),
            checkpoints: try checkpoints.options(in: surroundings), tokens: try tokens.options(in: surroundings),
            issuersAllowedPrivate: try issuers.ranges(in: surroundings),
            webhooksAllowedPrivate: try webhooks.allowedPrivate(in: surroundings),
            proxy: try proxy.options(in: surroundings), depositPage: try depositPage(in: surroundings),
            lendLog: surroundings.setting(lendLog, "BITTING_LEND_LOG"))
    }

    private func address(
        _ given: String?, _ plane: String, _ standard: String, _ surroundings: Surroundings
    ) throws(CommandFailure) -> ListenAddress {
        let text = surroundings.setting(given, "BITTING_\(plane)_ADDRESS") ?? standard
        guard let address = ListenAddress(text) else {
            throw CommandFailure(
                "\(text) is no address to listen on.",
                fix: "Write it like \(standard) or [::1]:0; names are not looked up.")
        }
        return address
    }

    private func depositPage(in surroundings: Surroundings) throws(CommandFailure) -> String? {
        guard let text = surroundings.setting(depositURL, "BITTING_DEPOSIT_URL") else { return nil }
        let isURL = ["http://", "https://"].contains { text.hasPrefix($0) && text.utf8.count > $0.utf8.count }
        guard isURL, text.utf8.count <= 500, text.utf8.allSatisfy({ (0x21...0x7e).contains($0) }), !text.contains("#"),
            !text.contains("?")
        else {
            throw CommandFailure(
                "--deposit-url is no address of a page.", fix: "Write it like https://keys.acme.example/deposit.")
        }
        return text
    }

    private func threads(in surroundings: Surroundings) throws(CommandFailure) -> Int? {
        guard let text = surroundings.setting(dataThreads, "BITTING_DATA_THREADS") else { return nil }
        guard let count = Int(text), (1...1024).contains(count) else {
            throw CommandFailure("\(text) is no count of threads.", fix: "Say a number from 1 to 1024.")
        }
        return count
    }

    private func badKeys(in surroundings: Surroundings) throws(CommandFailure) -> Int? {
        let text = surroundings.setting(badKeysPerMinute, "BITTING_BAD_KEYS_PER_MINUTE") ?? "120"
        guard let count = Int(text), (0...1_000_000).contains(count) else {
            throw CommandFailure("\(text) is no count of bad keys.", fix: "Say a number from 0 to 1000000.")
        }
        return count == 0 ? nil : count
    }

    private func peers(in surroundings: Surroundings) throws -> [AddressRange] {
        guard trustedPeer.isEmpty else { return trustedPeer }
        let text = surroundings.setting(nil, "BITTING_TRUSTED_PEERS") ?? Defaults.trustedPeers
        do {
            return try AddressRange.list(text)
        } catch {
            throw CommandFailure(
                "BITTING_TRUSTED_PEERS: \(error)", fix: "Write ranges with commas: 127.0.0.0/8,10.1.0.0/16.")
        }
    }
}
