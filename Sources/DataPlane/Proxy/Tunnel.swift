// SPDX-License-Identifier: Apache-2.0
internal import NIOCore

/// A blind tunnel: bytes go to and fro between a program and a host, unread. Confined to one event loop.
///
/// Whichever side is slow holds the other back. A tunnel in which nothing moves is closed, and so is one whose key is no
/// longer good, within a second.
final class Tunnel: Drainable {
    private static let longestSilence: UInt64 = 900_000_000_000
    private static let checkEvery = TimeAmount.seconds(1)

    let near = TunnelEnd()
    let far = TunnelEnd()
    private let caller: ProxyCaller
    private let state: EventLoopState
    private let desk: ProxyDesk
    private var lastMove = Clock.ticks()
    private var isOver = false

    init(of caller: ProxyCaller, state: EventLoopState, desk: ProxyDesk) {
        self.caller = caller
        self.state = state
        self.desk = desk
        (near.tunnel, near.other) = (self, far)
        (far.tunnel, far.other) = (self, near)
    }

    /// Both ends are in place; `early` came before that.
    func begin(with early: ByteBuffer) {
        state.opened(self)
        guard near.isOpen, far.isOpen else { return end() }
        if early.readableBytes > 0 {
            moved(early.readableBytes)
            far.write(early)
            far.flush()
        }
        watch()
    }

    func moved(_ count: Int) {
        lastMove = Clock.ticks()
        state.counters.countTunnelled(count)
    }

    /// One end is closed: so is the other, once it has what was on its way.
    func end() {
        guard !isOver else { return }
        isOver = true
        near.finish()
        far.finish()
        state.closed(self)
        desk.leave()
    }

    /// It cannot be known when such a tunnel is done with what it does: when it is silent for a moment, it is.
    func drain() { check() }

    private func watch() {
        near.loop?.assumeIsolated().scheduleTask(in: Self.checkEvery) { [weak self] in
            guard let self, !self.isOver else { return }
            self.check()
            self.watch()
        }
    }

    private func check() {
        let silence = Clock.ticks() &- lastMove
        if silence > (state.isDraining ? 1_000_000_000 : Self.longestSilence) { return end() }
        if !caller.isGood(state, at: Clock.now()) { end() }
    }
}

/// One side of a ``Tunnel``.
final class TunnelEnd: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    var tunnel: Tunnel?
    weak var other: TunnelEnd?
    private var context: ChannelHandlerContext?
    private var isReadHeld = false

    var loop: (any EventLoop)? { context?.eventLoop }
    var isOpen: Bool { context?.channel.isActive ?? false }
    private var isWritable: Bool { context?.channel.isWritable ?? true }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) { over() }

    func channelInactive(context: ChannelHandlerContext) { over() }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let bytes = unwrapInboundIn(data)
        tunnel?.moved(bytes.readableBytes)
        other?.write(bytes)
    }

    func channelReadComplete(context: ChannelHandlerContext) { other?.flush() }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable { other?.resumeReading() }
    }

    func read(context: ChannelHandlerContext) {
        if other?.isWritable ?? true { context.read() } else { isReadHeld = true }
    }

    func write(_ bytes: ByteBuffer) { context?.write(wrapOutboundOut(bytes), promise: nil) }

    func flush() { context?.flush() }

    /// Closes after what is on its way out. A peer that takes nothing more is not waited for long.
    func finish() {
        guard let context else { return }
        let channel = context.channel
        context.writeAndFlush(wrapOutboundOut(ByteBuffer())).assumeIsolated().whenComplete { _ in
            channel.close(promise: nil)
        }
        context.eventLoop.assumeIsolated().scheduleTask(in: .seconds(10)) { channel.close(promise: nil) }
    }

    private func resumeReading() {
        guard isReadHeld else { return }
        isReadHeld = false
        context?.read()
    }

    private func over() {
        context = nil
        let tunnel = tunnel
        self.tunnel = nil
        tunnel?.end()
    }
}
