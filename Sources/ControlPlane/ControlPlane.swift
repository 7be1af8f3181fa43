// SPDX-License-Identifier: Apache-2.0
package import Hummingbird
import HummingbirdCore
package import Logging
package import NIOCore

/// The control plane as a service: binds `host` and `port`, answers until it is told to stop, then finishes what runs.
///
/// - Parameters:
///   - port: 0 takes a free one; `onBound` tells which.
///   - onBound: called once, when calls are accepted.
///   - logger: gets failures of ours only, never a head or a body.
package func controlPlane(
    ports: ControlPorts, host: String, port: Int, logger: Logger,
    onBound: @escaping @Sendable (_ address: SocketAddress?) async -> Void = { _ in }
) -> some ApplicationProtocol {
    Application(
        responder: Door(ports: ports, table: EndpointTable(endpoints)),
        server: HTTPServerBuilder { StrictChannel(responder: $0, counts: ports.counts) },
        configuration: ApplicationConfiguration(address: .hostname(host, port: port)),
        onServerRunning: { await onBound($0.localAddress) },
        logger: logger)
}
