// SPDX-License-Identifier: Apache-2.0

package import Access
internal import HeldKeys
internal import NIOCore
internal import NIOPosix
internal import Synchronization

/// Posts to many places, on a thread of its own and over connections that are kept.
package final class Poster: Sendable {
    private let allowed: [AddressRange]
    private let loop: any EventLoop
    private let group: MultiThreadedEventLoopGroup
    private let pool: NIOLoopBound<ConnectionPool>
    private let targets = Mutex<[TargetKey: PostTarget]>([:])

    private struct TargetKey: Hashable {
        let url: String
        let certificateAuthority: String?
    }

    /// How long one post may take, from the look-up of the name to the end of the answer's head.
    private static let longestPost = TimeAmount.seconds(20)
    /// How many targets are remembered.
    private static let mostTargets = 4096

    /// A poster without connections; the private ranges in `allowed` are open to it.
    package static func make(allowingPrivate allowed: [AddressRange]) async throws -> Poster {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let loop = group.next()
        var limits = TimeLimits()
        (limits.firstByte, limits.bodyIdle) = (longestPost, longestPost)
        let dialer = Dialer.network(
            resolver: .system(on: .singleton), trust: TrustStore(), threads: .singleton, limits: limits)
        var kept = PoolLimits()
        // More than are ever posted at once: many webhooks may stand on one host.
        (kept.perDestination, kept.idlePerDestination) = (1024, 64)
        let pool = try await loop.submit { [limits, kept] in
            NIOLoopBound(ConnectionPool(on: loop, dialer: dialer, limits: limits, pool: kept), eventLoop: loop)
        }.get()
        return Poster(allowed, group, loop, pool)
    }

    private init(
        _ allowed: [AddressRange], _ group: MultiThreadedEventLoopGroup, _ loop: any EventLoop,
        _ pool: NIOLoopBound<ConnectionPool>
    ) {
        self.allowed = allowed
        self.group = group
        self.loop = loop
        self.pool = pool
    }

    /// Whether it may be posted to, as far as its text tells.
    package func check(_ url: String, certificateAuthority: String?) throws(PostTarget.Fault) {
        _ = try target(url, certificateAuthority)
    }

    /// Posts once. The answer is a failure when the task is cancelled, or nothing was heard in 20 seconds.
    package func post(
        _ body: [UInt8], fields: [(name: String, value: String)], to url: String, certificateAuthority: String?
    ) async -> Result<PostAnswer, EgressFailure> {
        let target: PostTarget
        do throws(PostTarget.Fault) {
            target = try self.target(url, certificateAuthority)
        } catch {
            return .failure(error.failure)
        }
        let post = Post(to: target, fields: fields, body: ByteBuffer(bytes: body), keepAlive: true)
        return await PostExchange.post(post, through: pool, within: Self.longestPost)
    }

    /// Closes all connections; nothing is posted after that.
    package func close() async {
        loop.execute { [pool] in pool.value.close() }
        try? await group.shutdownGracefully()
    }

    private func target(_ url: String, _ certificateAuthority: String?) throws(PostTarget.Fault) -> PostTarget {
        let key = TargetKey(url: url, certificateAuthority: certificateAuthority)
        if let known = targets.withLock({ $0[key] }) { return known }
        let target = try PostTarget(url, allowingPrivate: allowed, certificateAuthority: certificateAuthority)
        try target.check()
        // Who opens a network of its own may do without TLS there; across the public one nobody may.
        guard target.destination.origin.scheme == .https || !allowed.isEmpty else { throw .plain }
        targets.withLock { targets in
            if targets.count >= Self.mostTargets { targets.removeAll() }
            targets[key] = target
        }
        return target
    }
}

extension PostTarget.Fault {
    /// What a post to it comes to.
    fileprivate var failure: EgressFailure {
        switch self {
        case .origin, .tooLong: .unreachable(.nameNotFound)
        case .certificateAuthority: .unreachable(.certificateAuthorities)
        case .refused(let address, let reason): .refusedAddress(address, reason)
        case .plain: .unreachable(.handshake)
        }
    }
}

extension EgressFailure {
    /// A word or two for people: nothing of the request, and nothing that the other side wrote.
    package var word: String {
        switch self {
        case .refusedAddress(_, let reason): "address refused: \(reason.rawValue)"
        case .unreachable(let obstacle): obstacle.rawValue
        case .timedOut(let phase): "timed out: \(phase.rawValue)"
        case .closedEarly: "closed early"
        case .malformedResponse(let code): "no HTTP: \(code)"
        case .tooManyConnections: "too many connections"
        case .requestBodyLength: "not sent"
        }
    }
}
