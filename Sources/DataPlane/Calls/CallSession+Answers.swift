// SPDX-License-Identifier: Apache-2.0
internal import NIOCore
internal import Wire

/// Answering calls, as far as the other side takes it (RFC 9113, 5.2).
extension CallSession {
    private static let largestPart = 16_384

    /// Answers with one message, its five bytes of prefix included. A stream that is gone gets none.
    func answer(_ stream: UInt32, with message: ByteBuffer, into out: inout ByteBuffer) {
        guard let place = place(of: stream) else { return }
        out.writeAnswerHead(stream: stream, isFirst: isFirstAnswer())
        let count = message.readableBytes
        if count <= Self.largestPart, count <= room, count <= streams[place].room {
            room -= count
            out.writeFrameHead(.data, stream: stream, length: count)
            out.writeImmutableBuffer(message)
            out.writeTrailers(stream: stream)
            close(place, into: &out)
        } else {
            streams[place].stage = .sending
            streams[place].rest = Array(message.readableBytesView)[...]
            send(place, into: &out)
        }
    }

    /// There is more room: sends what waited for it, the oldest first.
    func sendRest(into out: inout ByteBuffer) {
        for stream in streams where stream.stage == .sending {
            if let place = place(of: stream.id) { send(place, into: &out) }
        }
    }

    private func send(_ place: Int, into out: inout ByteBuffer) {
        let stream = streams[place].id
        while !streams[place].rest.isEmpty {
            let count = min(streams[place].rest.count, Self.largestPart, room, streams[place].room)
            guard count > 0 else { return }
            out.writeFrameHead(.data, stream: stream, length: count)
            out.writeBytes(streams[place].rest.prefix(count))
            streams[place].rest = streams[place].rest.dropFirst(count)
            streams[place].room -= count
            room -= count
        }
        out.writeTrailers(stream: stream)
        close(place, into: &out)
    }

    /// Keeps a call until a lease is there; its message, where the bytes at hand will be gone. False when that was done
    /// too often.
    func park(_ call: Call, _ bytes: Span<UInt8>) -> Bool {
        guard let place = place(of: call.stream) else { return true }
        streams[place].timesParked += 1
        guard streams[place].timesParked <= 64 else { return false }
        switch call.message {
        case .here(let range): streams[place].body = bytes.copy(Slice(start: range.lowerBound, end: range.upperBound))
        case .kept(let message): streams[place].body = message
        }
        return true
    }

    /// The call that was kept; nil when its stream is gone.
    func parked(_ stream: UInt32) -> Call? {
        guard let place = place(of: stream), streams[place].stage == .parked else { return nil }
        return Call(stream: stream, method: streams[place].method, message: .kept(streams[place].body))
    }
}
