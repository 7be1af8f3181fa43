// SPDX-License-Identifier: Apache-2.0
internal import NIOCore
internal import Wire

/// The frames that carry no request (RFC 9113, 6.4 to 6.9).
extension CallSession {
    func settings(
        _ head: FrameHead, _ bytes: Span<UInt8>, _ body: Slice, at tick: UInt64, into out: inout ByteBuffer
    ) throws(FrameFault) {
        guard head.stream == 0 else { throw .protocolError }
        try patience.spend(1, at: tick)
        guard !head.has(FrameHead.acknowledgement) else {
            guard body.isEmpty else { throw .frameSize }
            return
        }
        guard body.count.isMultiple(of: 6) else { throw .frameSize }
        for position in stride(from: body.start, to: body.end, by: 6) {
            let number = UInt16(bytes[position]) << 8 | UInt16(bytes[position + 1])
            try apply(number, Int(bytes.bigEndian32(at: position + 2)), into: &out)
        }
        out.writeFrameHead(.settings, flags: FrameHead.acknowledgement, stream: 0, length: 0)
    }

    private func apply(_ number: UInt16, _ value: Int, into out: inout ByteBuffer) throws(FrameFault) {
        switch number {
        case 2: guard value <= 1 else { throw .protocolError }
        case 4:
            guard value <= Self.widestWindow else { throw .flowControl }
            for place in streams.indices {
                streams[place].room += value - streamRoom
                guard streams[place].room <= Self.widestWindow else { throw .flowControl }
            }
            streamRoom = value
            sendRest(into: &out)
        case 5: guard (16_384...16_777_215).contains(value) else { throw .protocolError }
        // The table that the other side keeps for us is never used, and our frames are never larger than the least.
        default: break
        }
    }

    func ping(
        _ head: FrameHead, _ bytes: Span<UInt8>, _ body: Slice, at tick: UInt64, into out: inout ByteBuffer
    ) throws(FrameFault) {
        guard head.stream == 0 else { throw .protocolError }
        guard body.count == 8 else { throw .frameSize }
        try patience.spend(1, at: tick)
        guard !head.has(FrameHead.acknowledgement) else { return }
        out.writeFrameHead(.ping, flags: FrameHead.acknowledgement, stream: 0, length: 8)
        out.writeBytes(bytes.copy(body))
    }

    func reset(_ head: FrameHead, at tick: UInt64, into out: inout ByteBuffer) throws(FrameFault) {
        guard head.length == 4 else { throw .frameSize }
        guard head.stream != 0, head.stream <= last else { throw .protocolError }
        // A call that was begun and thrown away cost us more than it cost the other side.
        try patience.spend(Patience.wasted, at: tick)
        if let place = place(of: head.stream) { close(place, into: &out) }
    }

    func windowUpdate(
        _ head: FrameHead, _ bytes: Span<UInt8>, _ body: Slice, at tick: UInt64, into out: inout ByteBuffer
    ) throws(FrameFault) {
        guard body.count == 4 else { throw .frameSize }
        guard head.stream <= last else { throw .protocolError }
        let amount = Int(bytes.bigEndian32(at: body.start) & 0x7FFF_FFFF)
        try patience.spend(1, at: tick)
        guard amount > 0 else { throw .protocolError }
        if head.stream == 0 {
            room += amount
            guard room <= Self.widestWindow else { throw .flowControl }
        } else if let place = place(of: head.stream) {
            streams[place].room += amount
            guard streams[place].room <= Self.widestWindow else { throw .flowControl }
        } else {
            return
        }
        sendRest(into: &out)
    }
}

/// How much a connection may make us do beside answering calls: pings, settings, calls thrown away. Each call that is
/// answered and each moment that passes gives some back; who has none left ends the connection (RFC 9113, 10.5).
struct Patience {
    static let whole = 1000
    /// What a call costs that was begun for nothing.
    static let wasted = 10
    private static let perCall = 12
    private static let perSecond = 20

    private(set) var left = whole
    private var tick: UInt64

    init(at tick: UInt64) { self.tick = tick }

    mutating func earn() { left = min(Self.whole, left + Self.perCall) }

    mutating func spend(_ cost: Int, at now: UInt64) throws(FrameFault) {
        let seconds = (now &- tick) / 1_000_000_000
        if seconds > 0 {
            left = min(Self.whole, left + Int(min(seconds, 60)) * Self.perSecond)
            tick = now
        }
        left -= cost
        guard left >= 0 else { throw .enhanceYourCalm }
    }
}
