// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import ArgumentParser

/// The options of `serve` about the forward proxy.
struct ProxyFlags: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Where programs that cannot be given another base URL find a forward proxy (HTTPS_PROXY).",
            discussion: "BITTING_PROXY_ADDRESS; default none. 127.0.0.1:7102 is usual.", valueName: "address:port"))
    var proxyAddress: String?

    @Option(
        help: ArgumentHelp(
            "A host without an integration that the proxy tunnels to, unread; may be repeated.",
            discussion: """
                Port 443 unless named; *.example.com is every name below that domain. BITTING_PROXY_TUNNEL, with commas; \
                default none: what has no integration is refused.
                """, valueName: "host[:port]"))
    var proxyTunnel: [String] = []

    @Option(
        help: ArgumentHelp(
            "A private range (CIDR) that may be tunnelled to; may be repeated.",
            discussion: "BITTING_PROXY_TUNNEL_ALLOW_PRIVATE, with commas; default none: public addresses only",
            valueName: "range"),
        transform: AddressRange.reading)
    var proxyTunnelAllowPrivate: [AddressRange] = []

    /// The proxy that is wanted; nil for none.
    func options(in surroundings: Surroundings) throws(CommandFailure) -> ProxyOptions? {
        guard let text = surroundings.setting(proxyAddress, "BITTING_PROXY_ADDRESS") else { return nil }
        guard let address = ListenAddress(text) else {
            throw CommandFailure(
                "\(text) is no address to listen on.",
                fix: "Write it like 127.0.0.1:7102 or [::1]:0; names are not looked up.")
        }
        return ProxyOptions(
            address: address, tunnels: tunnels(in: surroundings), tunnelsAllowedPrivate: try ranges(in: surroundings))
    }

    private func tunnels(in surroundings: Surroundings) -> [String] {
        guard proxyTunnel.isEmpty, let text = surroundings.setting(nil, "BITTING_PROXY_TUNNEL") else {
            return proxyTunnel
        }
        return text.split(separator: ",").map(String.init)
    }

    private func ranges(in surroundings: Surroundings) throws(CommandFailure) -> [AddressRange] {
        guard proxyTunnelAllowPrivate.isEmpty,
            let text = surroundings.setting(nil, "BITTING_PROXY_TUNNEL_ALLOW_PRIVATE")
        else { return proxyTunnelAllowPrivate }
        do {
            return try AddressRange.list(text)
        } catch {
            throw CommandFailure(
                "BITTING_PROXY_TUNNEL_ALLOW_PRIVATE: \(error)",
                fix: "Write ranges with commas: 127.0.0.0/8,10.1.0.0/16.")
        }
    }
}
