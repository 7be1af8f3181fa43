// SPDX-License-Identifier: Apache-2.0
import Access
import CommandLine
import DataPlane
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
        authority: authority, tunnels: tunnels, tunnelsAllowedPrivate: options.tunnelsAllowedPrivate)
    do {
        return try await plane.start(
            proxy: settings, host: options.address.host.description, port: Int(options.address.port))
    } catch {
        throw HouseFailure(
            "Cannot listen on \(options.address).", fix: "Choose a free address with --proxy-address.")
    }
}
