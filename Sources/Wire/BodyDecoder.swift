// SPDX-License-Identifier: Apache-2.0

/// Finds the content and the end of a body of any framing.
package struct BodyDecoder: Sendable {
    private enum State {
        case length(remaining: Int)
        case chunked(ChunkDecoder)
        case untilClose
    }

    private var state: State

    /// A decoder before the first byte of the body.
    package init(_ framing: Framing) {
        state =
            switch framing {
            case .none: .length(remaining: 0)
            case .length(let count): .length(remaining: count)
            case .chunked: .chunked(ChunkDecoder())
            case .untilClose: .untilClose
            }
    }

    /// Bytes still to come, where that is known: whether a length-framed body ended early when the sender closes.
    package var remaining: Int? {
        if case .length(let count) = state { count } else { nil }
    }

    /// Reads on at `offset`. Call it until it answers something other than `data`; then with the bytes that came next.
    /// `untilClose` never ends by itself.
    package mutating func next(_ bytes: Span<UInt8>, from offset: Int = 0) -> BodyStep {
        switch state {
        case .length(let remaining):
            guard remaining > 0 else { return .end(offset) }
            guard offset < bytes.count else { return .needMore }
            let slice = Slice(start: offset, end: offset + min(remaining, bytes.count - offset))
            state = .length(remaining: remaining - slice.count)
            return .data(slice)
        case .untilClose:
            return offset < bytes.count ? .data(Slice(start: offset, end: bytes.count)) : .needMore
        case .chunked(var decoder):
            let step = decoder.next(bytes, from: offset)
            state = .chunked(decoder)
            return step
        }
    }
}
