// SPDX-License-Identifier: Apache-2.0
internal import Egress
internal import NIOCore
internal import NIOPosix

extension DataPlane {
    /// Listens as a forward proxy too, and gives the address that was taken.
    package func start(proxy settings: ProxySettings, host: String, port: Int) async throws -> String {
        let desk = ProxyDesk(
            settings, leaves: LeafStore(authority: settings.authority, threads: proxyThreads), dialer: dialer)
        proxyThreads.start()
        let server = bootstrap { ProxyConnection(desk: desk, state: $0) }
        return try await listen(server, host: host, port: port)
    }
}
