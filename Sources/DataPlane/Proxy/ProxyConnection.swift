// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import Egress
internal import HeldKeys
internal import Metering
internal import NIOCore
internal import NIOSSL
internal import NIOTLS
internal import Wire

/// One connection of the forward proxy, until its tunnel stands: reads the CONNECT, decides on it, and makes room for
/// whoever speaks next. Confined to its event loop.
///
/// A lent tunnel ends here: after the TLS handshake a ``Connection`` takes over, as if its requests had come over
/// `/lend`. A blind one goes on as a ``TunnelEnd``.
final class ProxyConnection: ChannelInboundHandler, RemovableChannelHandler, Drainable {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private enum Phase {
        /// Waiting for the head of the CONNECT.
        case head
        /// A certificate is being made, or the host dialled.
        case preparing
        case handshake(HostEntrance)
        /// Answered for the last time, or handed over.
        case over
    }

    /// What may come before it is asked for: a ClientHello sent along with the CONNECT.
    private static let mostEarly = 64 * 1024
    private static let longestHandshake = TimeAmount.seconds(10)
    private static let established = StaticString("HTTP/1.1 200 Connection established\r\n\r\n")

    private let desk: ProxyDesk
    private let state: EventLoopState
    private var context: ChannelHandlerContext?
    private var peer: IPAddress?
    private var parser = HeadParser()
    private var pending = ByteBuffer()
    private var phase = Phase.head
    private var limit: Scheduled<Void>?

    init(desk: ProxyDesk, state: EventLoopState) {
        self.desk = desk
        self.state = state
    }

    func channelActive(context: ChannelHandlerContext) {
        self.context = context
        peer = context.remoteAddress.flatMap { IPAddress($0) }
        state.opened(self)
        wait(TimeAmount(state.limits.head)) { self.refuse(.timeout) }
        if state.isDraining || peer == nil { context.close(promise: nil) }
    }

    func channelInactive(context: ChannelHandlerContext) { leave() }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        switch phase {
        case .head:
            pending.writeBuffer(&bytes)
            readHead()
        case .preparing:
            pending.writeBuffer(&bytes)
            if pending.readableBytes > Self.mostEarly { context.close(promise: nil) }
        case .handshake, .over: break
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard case .handshake(let entrance) = phase, case .handshakeCompleted = event as? TLSUserEvent else {
            return context.fireUserInboundEventTriggered(event)
        }
        handOver(to: Connection(state: state, entrance: entrance))
    }

    /// There is nothing here yet that would have to be finished.
    func drain() { context?.close(promise: nil) }

    private func readHead() {
        let message = pending
        switch parser.parseRequest(message.readableBytesUInt8Span) {
        case .incomplete: break
        case .refused(let fault):
            state.counters.countRefusedHead()
            refuse(.refusing(fault))
        case .complete:
            pending.moveReaderIndex(forwardBy: parser.request.byteCount)
            phase = .preparing
            // What follows has time limits of its own.
            limit?.cancel()
            let now = Moment(at: Clock.now(), tick: Clock.ticks())
            switch ProxyRoute.decide(
                parser.request, message.readableBytesUInt8Span, desk, state, peer: peer, at: now)
            {
            case .refused(let problem): refuse(problem)
            case .authority: showAuthority()
            case .lent(let entrance): prepare(entrance, at: now.at)
            case .blind(let destination, let caller): dial(destination, caller, at: now)
            }
        }
    }

    private func refuse(_ problem: Problem) {
        var out = ByteBuffer()
        problem.byProxy.write(into: &out, keepAlive: false)
        answer(out, problem.status)
    }

    private func showAuthority() {
        let pem = desk.authority
        answer(
            ByteBuffer(
                string:
                    "HTTP/1.1 200 OK\r\nContent-Type: application/x-pem-file\r\nContent-Length: \(pem.utf8.count)\r\n"
                    + "Connection: close\r\n\r\n\(pem)"), 200)
    }

    /// The only answer on this connection.
    private func answer(_ out: ByteBuffer, _ status: Int) {
        guard let context else { return }
        phase = .over
        state.counters.count(.proxy, status: status)
        context.writeAndFlush(wrapOutboundOut(out), promise: nil)
        context.close(mode: .output, promise: nil)
        // For what still comes: closed at once, the refusal could be lost on its way.
        wait(TimeAmount(state.limits.linger)) { self.context?.close(promise: nil) }
    }

    // MARK: Tunnels that are lent

    private func prepare(_ entrance: HostEntrance, at now: Instant) {
        guard let context else { return }
        let host = entrance.origin.host
        if let known = desk.leaves.known(host, at: now) { return shakeHands(known, entrance) }
        desk.leaves.make(host, at: now, on: context.eventLoop) { made in
            guard case .preparing = self.phase else { return }
            guard let made else { return self.refuse(.proxyLeafUnavailable) }
            self.shakeHands(made, entrance)
        }
    }

    private func shakeHands(_ tls: NIOSSLContext, _ entrance: HostEntrance) {
        guard let context else { return }
        phase = .handshake(entrance)
        accept(context)
        wait(Self.longestHandshake) { self.context?.close(promise: nil) }
        do {
            let operations = context.pipeline.syncOperations
            try operations.addHandler(NIOSSLServerHandler(context: tls), position: .first)
            guard pending.readableBytes > 0 else { return }
            let early = pending
            pending = ByteBuffer()
            operations.fireChannelRead(NIOAny(early))
            operations.fireChannelReadComplete()
        } catch {
            context.close(promise: nil)
        }
    }

    // MARK: Blind tunnels

    private func dial(_ destination: Destination, _ caller: ProxyCaller, at now: Moment) {
        guard let context else { return }
        guard desk.enter() else { return refuse(.proxyBusy) }
        desk.dialer.dial(destination, context.eventLoop) { result in
            guard case .preparing = self.phase, let context = self.context else {
                self.desk.leave()
                if case .success(let channel) = result { channel.close(promise: nil) }
                return
            }
            switch result {
            case .failure(let failure):
                self.desk.leave()
                self.refuse(.refusing(failure))
            case .success(let channel):
                caller.recordUse(self.state, at: now)
                self.join(channel, context, caller)
            }
        }
    }

    private func join(_ channel: any Channel, _ context: ChannelHandlerContext, _ caller: ProxyCaller) {
        let tunnel = Tunnel(of: caller, state: state, desk: desk)
        accept(context)
        do {
            try channel.pipeline.syncOperations.addHandler(tunnel.far)
        } catch {
            channel.close(promise: nil)
        }
        let early = pending
        handOver(to: tunnel.near)
        tunnel.begin(with: early)
    }

    // MARK: Both

    private func accept(_ context: ChannelHandlerContext) {
        state.counters.count(.proxy, status: 200)
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(staticString: Self.established)), promise: nil)
    }

    private func handOver(to next: any ChannelHandler) {
        guard let context else { return }
        do {
            try context.pipeline.syncOperations.addHandler(next)
        } catch {
            return context.close(promise: nil)
        }
        leave()
        context.pipeline.syncOperations.removeHandler(self, promise: nil)
    }

    private func leave() {
        phase = .over
        limit?.cancel()
        limit = nil
        guard context != nil else { return }
        context = nil
        state.closed(self)
    }

    private func wait(_ time: TimeAmount, then act: @escaping () -> Void) {
        limit?.cancel()
        limit = context?.eventLoop.assumeIsolated().scheduleTask(in: time, act)
    }
}
