// SPDX-License-Identifier: Apache-2.0
import Access
import CommandLine
import DataPlane
import HeldKeys
import LocalAuthority

/// Has the data plane listen as a forward proxy, if that is wanted; gives the address.
func startProxy(_ options: ProxyOptions?, _ authority: LocalAuthority, _ plane: DataPlane) async throws -> String? {
    guard let options else { return nil }
    let tunnels = try options.tunnels.map { text in
        guard let rule = TunnelRule(text) else {
            throw HouseFailure(
                "\(text) names no host to tunnel to.", fix: "Write it like pypi.org, host:8443 or *.example.com.")
        }
        return rule
    }
    let settings = ProxySettings(
        authority: ProxyAuthority(authority), tunnels: tunnels, tunnelsAllowedPrivate: options.tunnelsAllowedPrivate)
    do {
        return try await plane.start(
            proxy: settings, host: options.address.host.description, port: Int(options.address.port))
    } catch {
        throw HouseFailure(
            "Cannot listen on \(options.address).", fix: "Choose a free address with --proxy-address.")
    }
}

extension ProxyAuthority {
    /// The data plane sees no more of the authority than this.
    fileprivate init(_ authority: LocalAuthority) {
        self.init(pem: authority.pem) { host, now in
            let leaf = try authority.leaf(for: host.ofLeaf, at: now)
            return Leaf(certificate: leaf.certificate, key: leaf.key, expiresAt: leaf.expiresAt)
        }
    }
}

extension Origin.Host {
    fileprivate var ofLeaf: Leaf.Host {
        switch self {
        case .name(let name): .name(name)
        case .address(let address): .address(address)
        }
    }
}
