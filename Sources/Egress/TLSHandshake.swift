// SPDX-License-Identifier: Apache-2.0

import HeldKeys
import NIOCore
import NIOSSL
import NIOTLS

/// Waits for the end of a TLS handshake, says how it went, and leaves the pipeline.
final class TLSHandshake: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer

    private var done: ((Result<Void, EgressFailure>) -> Void)?
    private var limit: Scheduled<Void>?

    private init(done: @escaping (Result<Void, EgressFailure>) -> Void) {
        self.done = done
    }

    /// Starts TLS on a connected channel. The certificate must be for the origin's host: a name is also sent as SNI,
    /// an address (RFC 6066 has no SNI for it) must be among the certificate's IP addresses.
    static func start(
        on channel: any Channel, context: NIOSSLContext, host: Origin.Host, within limit: TimeAmount,
        done: @escaping (Result<Void, EgressFailure>) -> Void
    ) {
        let handshake = TLSHandshake(done: done)
        do {
            var name: String?
            if case .name(let text) = host { name = text }
            let tls = try NIOSSLClientHandler(context: context, serverHostname: name)
            handshake.limit = channel.eventLoop.assumeIsolated().scheduleTask(in: limit) {
                handshake.finish(.failure(.timedOut(.tls)))
            }
            // First the one that waits: TLS may begin, and fail, as soon as it is added.
            try channel.pipeline.syncOperations.addHandler(handshake)
            try channel.pipeline.syncOperations.addHandler(tls, position: .first)
        } catch {
            handshake.finish(.failure(.unreachable(.handshake)))
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .handshakeCompleted = event as? TLSUserEvent {
            context.pipeline.syncOperations.removeHandler(self, promise: nil)
            finish(.success(()))
        } else {
            context.fireUserInboundEventTriggered(event)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        finish(.failure(.unreachable(Self.obstacle(error))))
    }

    func channelInactive(context: ChannelHandlerContext) {
        finish(.failure(.unreachable(.handshake)))
        context.fireChannelInactive()
    }

    private func finish(_ result: Result<Void, EgressFailure>) {
        limit?.cancel()
        limit = nil
        let done = done
        self.done = nil
        done?(result)
    }

    /// BoringSSL tells a refused certificate only in its error text.
    private static func obstacle(_ error: any Error) -> EgressFailure.Obstacle {
        if let error = error as? NIOSSLExtraError {
            return error == .failedToValidateHostname || error == .serverHostnameImpossibleToMatch
                ? .certificate : .handshake
        }
        return "\(error)".contains("CERTIFICATE_VERIFY_FAILED") ? .certificate : .handshake
    }
}
