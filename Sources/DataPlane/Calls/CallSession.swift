// SPDX-License-Identifier: Apache-2.0
internal import NIOCore
internal import Wire

/// The gRPC calls of one connection: HTTP/2 (RFC 9113) as far as unary calls need it, and strict about it.
///
/// Bytes in, calls and bytes out; no channel inside. A request whose message stands in one frame is handed on from the
/// very bytes that were read. What one connection may make us hold is bounded: streams, header blocks, messages, the
/// window as a whole; and so is what it may make us do without asking anything (``Patience``).
final class CallSession {
    /// A request that is whole.
    struct Call {
        /// Where its message stands.
        enum Message {
            /// In the bytes at hand.
            case here(Range<Int>)
            case kept([UInt8])
        }

        let stream: UInt32
        let method: CallMethod
        let message: Message
    }

    enum Event {
        /// Everything that was whole is done with.
        case needMore
        case call(Call)
        /// The connection ends: its last frame is written.
        case ended
    }

    /// The longest message.
    static let longestMessage = 65_536
    static let mostStreams = 256
    private static let prefix = 5
    private static let streamWindow = longestMessage + 1024
    private static let connectionWindow = 1 << 20
    private static let largestFrame = 16_384
    private static let longestBlock = 16_384
    private static let mostContinuations = 8
    static let widestWindow = 0x7FFF_FFFF

    /// A header block that goes on in the next frame.
    private struct Unfinished {
        let stream: UInt32
        let endsStream: Bool
        var block: [UInt8]
        var frames = 1
    }

    private var heads = CallHeads()
    private var unfinished: Unfinished?
    /// Those that are not done, the newest last. Most calls come and go without ever standing here for long.
    var streams: [CallStream] = []
    private(set) var last: UInt32 = 0
    private var hasSettings = false
    private var hasAnswered = false
    /// No further streams are taken: it ends when those there are done.
    private(set) var isEnding = false
    private(set) var hasEnded = false
    var patience: Patience

    /// How much the other side takes, in all and on a new stream.
    var room = 65_535
    var streamRoom = 65_535
    /// How much more may come, and how much of what came was not given back.
    private var window = connectionWindow
    private var taken = 0

    /// Begins with our settings.
    init(at tick: UInt64, into out: inout ByteBuffer) {
        patience = Patience(at: tick)
        out.writeSettings([
            (3, UInt32(Self.mostStreams)), (4, UInt32(Self.streamWindow)), (6, UInt32(HeaderDecoder.listLimit)),
        ])
        out.writeWindowUpdate(Self.connectionWindow - 65_535)
    }

    /// Whether the other side owes us the rest of something that concerns the whole connection.
    var isInsideBlock: Bool { unfinished != nil }

    /// The next request in the bytes from `offset` on, which moves behind what was read.
    func next(
        _ bytes: Span<UInt8>, from offset: inout Int, at tick: UInt64, into out: inout ByteBuffer
    ) -> Event {
        do throws(FrameFault) {
            while !hasEnded, bytes.count - offset >= FrameHead.byteCount {
                let head = FrameHead(bytes, at: offset)
                guard head.length <= Self.largestFrame else { throw .frameSize }
                let start = offset + FrameHead.byteCount
                guard bytes.count - start >= head.length else { break }
                offset = start + head.length
                let body = Slice(start: start, end: offset)
                if let call = try take(head, bytes, body, at: tick, into: &out) { return .call(call) }
            }
            return hasEnded ? .ended : .needMore
        } catch {
            end(error, into: &out)
            return .ended
        }
    }

    private func take(
        _ head: FrameHead, _ bytes: Span<UInt8>, _ body: Slice, at tick: UInt64, into out: inout ByteBuffer
    ) throws(FrameFault) -> Call? {
        let type = FrameType(rawValue: head.type)
        guard hasSettings || type == .settings else { throw .protocolError }
        guard unfinished == nil || type == .continuation else { throw .protocolError }
        switch type {
        case .headers: return try headers(head, bytes, body, at: tick, into: &out)
        case .continuation: return try continuation(head, bytes, body, at: tick, into: &out)
        case .data: return try data(head, bytes, body, at: tick, into: &out)
        case .reset: try reset(head, at: tick, into: &out)
        case .settings:
            hasSettings = true
            try settings(head, bytes, body, at: tick, into: &out)
        case .ping: try ping(head, bytes, body, at: tick, into: &out)
        case .windowUpdate: try windowUpdate(head, bytes, body, at: tick, into: &out)
        case .goAway:
            guard head.stream == 0 else { throw .protocolError }
            guard body.count >= 8 else { throw .frameSize }
            finish(into: &out)
        case .priority:
            guard head.stream != 0 else { throw .protocolError }
            try patience.spend(1, at: tick)
        case .pushPromise: throw .protocolError
        case nil: try patience.spend(1, at: tick)
        }
        return nil
    }

    // MARK: Requests

    private func headers(
        _ head: FrameHead, _ bytes: Span<UInt8>, _ body: Slice, at tick: UInt64, into out: inout ByteBuffer
    ) throws(FrameFault) -> Call? {
        guard head.stream & 1 == 1 else { throw .protocolError }
        var block = try Self.unpadded(head, bytes, body)
        if head.has(FrameHead.priority) {
            guard block.count >= 5 else { throw .frameSize }
            block.start += 5
        }
        let endsStream = head.has(FrameHead.endStream)
        guard head.has(FrameHead.endHeaders) else {
            unfinished = Unfinished(stream: head.stream, endsStream: endsStream, block: bytes.copy(block))
            return nil
        }
        return try begin(head.stream, bytes, block, endsStream: endsStream, at: tick, into: &out)
    }

    private func continuation(
        _ head: FrameHead, _ bytes: Span<UInt8>, _ body: Slice, at tick: UInt64, into out: inout ByteBuffer
    ) throws(FrameFault) -> Call? {
        guard var whole = unfinished, whole.stream == head.stream else { throw .protocolError }
        unfinished = nil
        whole.frames += 1
        guard whole.frames <= Self.mostContinuations, whole.block.count + body.count <= Self.longestBlock else {
            throw .enhanceYourCalm
        }
        whole.block += bytes.copy(body)
        guard head.has(FrameHead.endHeaders) else {
            unfinished = whole
            return nil
        }
        let block = Slice(start: 0, end: whole.block.count)
        return try begin(whole.stream, whole.block.span, block, endsStream: whole.endsStream, at: tick, into: &out)
    }

    /// A header block is whole: a request begins, or its trailers end it.
    private func begin(
        _ stream: UInt32, _ bytes: Span<UInt8>, _ block: Slice, endsStream: Bool, at tick: UInt64,
        into out: inout ByteBuffer
    ) throws(FrameFault) -> Call? {
        let head: CallHead
        do {
            head = try heads.read(bytes, block)
        } catch {
            throw error == .tooLarge ? .enhanceYourCalm : .compression
        }
        guard stream > last else {
            guard let place = place(of: stream), streams[place].stage == .receiving else { throw .streamClosed }
            guard endsStream else { throw .protocolError }
            return whole(place, into: &out)
        }
        last = stream
        guard !isEnding else { return nil }
        guard streams.count < Self.mostStreams else {
            try refuse(stream, .refusedStream, at: tick, into: &out)
            return nil
        }
        switch head {
        case .malformed: try refuse(stream, .protocolError, at: tick, into: &out)
        case .notACall(let status):
            out.writeStatus(status, stream: stream, isFirst: isFirstAnswer())
            if !endsStream { out.writeReset(.none, stream: stream) }
            try patience.spend(1, at: tick)
        case .call(let method, let isPlain):
            streams.append(
                CallStream(id: stream, method: method, begun: tick, isWhole: endsStream, room: streamRoom))
            if method == .unknown {
                fail(stream, .unknownMethod, into: &out)
            } else if !isPlain {
                fail(stream, .compressed, into: &out)
            } else if endsStream {
                fail(stream, .notOneMessage, into: &out)
            }
        }
        return nil
    }

    private func data(
        _ head: FrameHead, _ bytes: Span<UInt8>, _ body: Slice, at tick: UInt64, into out: inout ByteBuffer
    ) throws(FrameFault) -> Call? {
        guard head.stream != 0, head.stream <= last else { throw .protocolError }
        window -= body.count
        guard window >= 0 else { throw .flowControl }
        let content = try Self.unpadded(head, bytes, body)
        guard let place = place(of: head.stream), streams[place].stage == .receiving else {
            // Of a stream that is done: it was on its way when we answered.
            giveBack(body.count, into: &out)
            try patience.spend(1, at: tick)
            return nil
        }
        if content.isEmpty, !head.has(FrameHead.endStream) { try patience.spend(1, at: tick) }
        if head.has(FrameHead.endStream), streams[place].body.isEmpty {
            giveBack(body.count, into: &out)
            return call(place, .here(content.start..<content.end), bytes, into: &out)
        }
        guard streams[place].body.count + content.count <= Self.prefix + Self.longestMessage else {
            giveBack(body.count, into: &out)
            fail(head.stream, .tooLarge, into: &out)
            return nil
        }
        streams[place].held += body.count
        streams[place].body += bytes.copy(content)
        return head.has(FrameHead.endStream) ? whole(place, into: &out) : nil
    }

    private func whole(_ place: Int, into out: inout ByteBuffer) -> Call? {
        let body = streams[place].body
        return call(place, .kept(body), body.span, into: &out)
    }

    /// The request has ended; its body has to be one message, plain and whole.
    private func call(
        _ place: Int, _ body: Call.Message, _ bytes: Span<UInt8>, into out: inout ByteBuffer
    ) -> Call? {
        let stream = streams[place].id
        streams[place].isWhole = true
        let range: Range<Int> =
            switch body {
            case .here(let range): range
            case .kept(let body): 0..<body.count
            }
        guard range.count >= Self.prefix else { return failed(stream, .notOneMessage, into: &out) }
        guard bytes[range.lowerBound] == 0 else {
            return failed(stream, bytes[range.lowerBound] == 1 ? .compressed : .notACheck, into: &out)
        }
        let count = Int(bytes.bigEndian32(at: range.lowerBound + 1))
        guard count <= Self.longestMessage else { return failed(stream, .tooLarge, into: &out) }
        guard count == range.count - Self.prefix else {
            return failed(stream, count < range.count - Self.prefix ? .notOneMessage : .notACheck, into: &out)
        }
        streams[place].stage = .parked
        patience.earn()
        let message: Call.Message
        switch body {
        case .here: message = .here((range.lowerBound + Self.prefix)..<range.upperBound)
        case .kept(let body): message = .kept(Array(body[Self.prefix...]))
        }
        return Call(stream: stream, method: streams[place].method, message: message)
    }

    private func failed(_ stream: UInt32, _ status: CallStatus, into out: inout ByteBuffer) -> Call? {
        fail(stream, status, into: &out)
        return nil
    }

    private static func unpadded(
        _ head: FrameHead, _ bytes: Span<UInt8>, _ body: Slice
    ) throws(FrameFault) -> Slice {
        guard head.has(FrameHead.padded) else { return body }
        guard !body.isEmpty else { throw .frameSize }
        let padding = Int(bytes[body.start])
        guard padding < body.count else { throw .protocolError }
        return Slice(start: body.start + 1, end: body.end - padding)
    }

    // MARK: Streams

    func place(of stream: UInt32) -> Int? { streams.lastIndex { $0.id == stream } }

    /// A stream is done: what it held of the window is given back.
    func close(_ place: Int, into out: inout ByteBuffer) {
        let held = streams[place].held
        streams.remove(at: place)
        giveBack(held, into: &out)
        if isEnding, streams.isEmpty { hasEnded = true }
    }

    /// Answers that a call failed. The rest of its request, if there is any, is not wanted.
    func fail(_ stream: UInt32, _ status: CallStatus, into out: inout ByteBuffer) {
        guard let place = place(of: stream) else { return }
        out.writeFailure(status, stream: stream, isFirst: isFirstAnswer())
        if !streams[place].isWhole { out.writeReset(.none, stream: stream) }
        close(place, into: &out)
    }

    private func refuse(
        _ stream: UInt32, _ fault: FrameFault, at tick: UInt64, into out: inout ByteBuffer
    ) throws(FrameFault) {
        out.writeReset(fault, stream: stream)
        try patience.spend(Patience.wasted, at: tick)
    }

    func isFirstAnswer() -> Bool {
        defer { hasAnswered = true }
        return !hasAnswered
    }

    private func giveBack(_ count: Int, into out: inout ByteBuffer) {
        taken += count
        guard taken >= Self.connectionWindow / 2 else { return }
        out.writeWindowUpdate(taken)
        window += taken
        taken = 0
    }

    // MARK: The end

    /// Takes no further streams, and ends when those there are done.
    func finish(into out: inout ByteBuffer) {
        guard !isEnding else { return }
        isEnding = true
        out.writeGoAway(.none, last: last)
        hasEnded = streams.isEmpty
    }

    private func end(_ fault: FrameFault, into out: inout ByteBuffer) {
        out.writeGoAway(fault, last: last)
        streams.removeAll()
        (isEnding, hasEnded) = (true, true)
    }

    /// Gives up what began before `tick` and is not done: a request that does not come, an answer that nobody takes.
    func giveUp(begunBefore tick: UInt64, into out: inout ByteBuffer) {
        for stream in streams where stream.begun < tick {
            out.writeReset(.cancel, stream: stream.id)
            if let place = place(of: stream.id) { close(place, into: &out) }
        }
    }
}
