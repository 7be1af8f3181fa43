// SPDX-License-Identifier: Apache-2.0

import Access
import HeldKeys
import NIOCore
import NIOPosix
import NIOSSL

/// One attempt to reach a destination, from its name to a channel that carries bytes. Confined to one event loop.
final class Dial {
    private let destination: Destination
    private let loop: any EventLoop
    private let limits: TimeLimits
    private let resolver: NameResolver
    private let trust: TrustStore
    private let threads: NIOThreadPool
    private var done: Dialer.Completion?
    private var tls: NIOSSLContext?
    private var connectBy = NIODeadline.distantFuture

    init(
        to destination: Destination, on loop: any EventLoop, limits: TimeLimits, resolver: NameResolver,
        trust: TrustStore,
        threads: NIOThreadPool, _ done: @escaping Dialer.Completion
    ) {
        self.destination = destination
        self.loop = loop
        self.limits = limits
        self.resolver = resolver
        self.trust = trust
        self.threads = threads
        self.done = done
    }

    func start() {
        switch destination.origin.host {
        case .address(let address): check([address])
        case .name(let name): resolve(name)
        }
    }

    private func resolve(_ name: String) {
        let limit = loop.assumeIsolated().scheduleTask(in: limits.resolve) {
            self.finish(.failure(.timedOut(.resolve)))
        }
        resolver.addresses(name, loop).hop(to: loop).assumeIsolated().whenComplete { result in
            limit.cancel()
            guard self.done != nil else { return }
            switch result {
            case .success(let addresses): self.check(addresses)
            case .failure(let error): self.finish(.failure(error as? EgressFailure ?? .unreachable(.nameLookup)))
            }
        }
    }

    private func check(_ addresses: [IPAddress]) {
        guard !addresses.isEmpty else { return finish(.failure(.unreachable(.nameNotFound))) }
        if let (address, reason) = destination.addressGuard.refusal(ofAny: addresses) {
            return finish(.failure(.refusedAddress(address, reason)))
        }
        prepareTLS {
            self.connectBy = self.loop.now + self.limits.connect
            self.connect(to: addresses.prefix(Self.attempts), failure: .unreachable(.connect))
        }
    }

    /// Goes on at once when there is nothing to make.
    private func prepareTLS(then proceed: @escaping () -> Void) {
        guard destination.origin.scheme == .https else { return proceed() }
        tls = trust.knownContext(for: destination)
        guard tls == nil else { return proceed() }
        let (trust, destination) = (trust, destination)
        let making = threads.runIfActive(eventLoop: loop) { try trust.context(for: destination) }
        making.assumeIsolated().whenComplete { result in
            switch result {
            case .success(let context):
                self.tls = context
                proceed()
            case .failure(let error): self.finish(.failure(error as? EgressFailure ?? .unreachable(.closing)))
            }
        }
    }

    /// Tries the addresses in turn. Each may take its share of the time left, so that one that swallows everything
    /// does not keep the next from being tried.
    private func connect(to addresses: ArraySlice<IPAddress>, failure: EgressFailure) {
        guard let address = addresses.first, let target = try? address.socketAddress(port: destination.origin.port)
        else { return finish(.failure(failure)) }
        let share = TimeAmount.nanoseconds((connectBy - loop.now).nanoseconds / Int64(addresses.count))
        guard share > .zero else { return finish(.failure(.timedOut(.connect))) }
        let connecting = ClientBootstrap(group: loop).connectTimeout(share).connect(to: target)
        connecting.assumeIsolated().whenComplete { result in
            switch result {
            case .success(let channel): self.connected(channel)
            case .failure(ChannelError.connectTimeout):
                self.connect(to: addresses.dropFirst(), failure: .timedOut(.connect))
            case .failure: self.connect(to: addresses.dropFirst(), failure: .unreachable(.connect))
            }
        }
    }

    /// The check once more, now of whom the socket says it is connected to.
    private func connected(_ channel: any Channel) {
        guard let peer = channel.remoteAddress.flatMap(IPAddress.init) else {
            return give(up: channel, .unreachable(.connect))
        }
        if let reason = destination.addressGuard.refusal(of: peer) {
            return give(up: channel, .refusedAddress(peer, reason))
        }
        guard let context = tls else { return finish(.success(channel)) }
        // In this very turn of the loop: what the peer says first must find the TLS handler.
        TLSHandshake.start(on: channel, context: context, host: destination.origin.host, within: limits.tls) { result in
            switch result {
            case .success: self.finish(.success(channel))
            case .failure(let failure): self.give(up: channel, failure)
            }
        }
    }

    private func give(up channel: any Channel, _ failure: EgressFailure) {
        channel.close(promise: nil)
        finish(.failure(failure))
    }

    private func finish(_ result: Result<any Channel, EgressFailure>) {
        let done = done
        self.done = nil
        done?(result)
    }

    private static let attempts = 4
}
