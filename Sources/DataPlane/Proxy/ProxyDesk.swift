// SPDX-License-Identifier: Apache-2.0
internal import Egress
internal import HeldKeys
internal import Synchronization

/// What all connections of the proxy share.
final class ProxyDesk: Sendable {
    /// Blind tunnels at a time, over all event loops.
    static let mostTunnels = 1024

    let leaves: LeafStore
    let dialer: Dialer
    private let settings: ProxySettings
    private let tunnels = Atomic<Int>(0)

    init(_ settings: ProxySettings, leaves: LeafStore, dialer: Dialer) {
        self.settings = settings
        self.leaves = leaves
        self.dialer = dialer
    }

    /// The certificate of the authority, as PEM.
    var authority: String { settings.authority.pem }

    /// Where a blind tunnel to `target` goes; nil when no rule lets it through. Its TLS is the program's own affair.
    func tunnel(to target: Origin) -> Destination? {
        guard settings.tunnels.contains(where: { $0.allows(target) }) else { return nil }
        return Destination(
            origin: Origin(scheme: .http, host: target.host, port: target.port),
            allowingPrivate: settings.tunnelsAllowedPrivate)
    }

    /// Takes one of the places for blind tunnels; to be given back with ``leave()``.
    func enter() -> Bool {
        guard tunnels.add(1, ordering: .relaxed).newValue > Self.mostTunnels else { return true }
        leave()
        return false
    }

    func leave() { tunnels.subtract(1, ordering: .relaxed) }
}
