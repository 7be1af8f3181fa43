// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import HeldKeys
internal import NIOCore
internal import NIOPosix
internal import NIOSSL
internal import Synchronization

/// The TLS settings with which the proxy stands in for a host: made when first needed, off the event loops, and kept
/// until the last day of their certificate.
final class LeafStore: Sendable {
    private struct Kept {
        let context: NIOSSLContext
        let goodUntil: Instant
    }

    private static let capacity = 1024
    private static let renewBefore: Int64 = 86_400_000

    private let authority: ProxyAuthority
    private let threads: NIOThreadPool
    private let kept = Mutex<[Origin.Host: Kept]>([:])

    /// `threads` must be running.
    init(authority: ProxyAuthority, threads: NIOThreadPool) {
        self.authority = authority
        self.threads = threads
    }

    /// Settings that were made before and are good for a while.
    func known(_ host: Origin.Host, at now: Instant) -> NIOSSLContext? {
        kept.withLock { $0[host] }.flatMap { $0.goodUntil > now ? $0.context : nil }
    }

    /// The settings for a host; `done` is called on `loop`, later.
    func make(
        _ host: Origin.Host, at now: Instant, on loop: any EventLoop, _ done: @escaping (NIOSSLContext?) -> Void
    ) {
        let making = threads.runIfActive(eventLoop: loop) { try self.make(host, at: now) }
        making.assumeIsolated().whenComplete { result in done(try? result.get()) }
    }

    private func make(_ host: Origin.Host, at now: Instant) throws -> NIOSSLContext {
        let leaf = try authority.leaf(host, now)
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: [.certificate(try NIOSSLCertificate(bytes: leaf.certificate, format: .der))],
            privateKey: .privateKey(try NIOSSLPrivateKey(bytes: leaf.key, format: .der)))
        configuration.minimumTLSVersion = .tlsv12
        configuration.applicationProtocols = ["http/1.1"]
        configuration.sslContextCallback = { hello, promise in
            // No name is no contradiction: clients send none for addresses (RFC 6066 section 3).
            if host.isNamed(by: hello.serverHostname) { promise.succeed(.noChanges) } else { promise.fail(OtherName()) }
        }
        let context = try NIOSSLContext(configuration: configuration)
        let made = Kept(
            context: context, goodUntil: Instant(milliseconds: leaf.expiresAt.milliseconds - Self.renewBefore))
        kept.withLock { kept in
            if kept.count >= Self.capacity { kept.removeAll() }
            kept[host] = made
        }
        return context
    }

    /// The name in the ClientHello is not that of the CONNECT.
    private struct OtherName: Error {}
}

extension Origin.Host {
    /// Whether the name in a ClientHello is this host's.
    fileprivate func isNamed(by text: String?) -> Bool {
        guard let text else { return true }
        switch self {
        case .name(let name): return text.lowercased() == name
        // Some clients send it against the rule.
        case .address(let address): return IPAddress(text) == address
        }
    }
}
