// SPDX-License-Identifier: Apache-2.0
internal import Egress
internal import HeldKeys
internal import NIOCore
internal import Wire

/// What an answer goes through on its way to the caller: its coding undone where that is needed, and the credential
/// looked for.
struct EchoFilter {
    /// Why an answer cannot be handed on.
    enum Fault: Error {
        /// It is coded in a way that cannot be undone here, or that the integration does not want undone.
        case coding
        /// It is not what its coding says.
        case decoding
    }

    private var scrubber: EchoScrubber?
    private let inflater: Inflater?
    /// How much of the content is still to come, where that is known.
    private var remaining: Int?
    private(set) var form: EchoForm?

    /// Nil when the content passes as it is.
    init?(_ head: borrowing ResponseHead, in bytes: Span<UInt8>, _ care: LendCare, _ matcher: EchoMatcher?)
        throws(Fault)
    {
        guard care.scrubs, head.framing != .none else { return nil }
        switch ContentCoding(head.fields, in: bytes) {
        case .identity: inflater = nil
        // A part of a coded whole cannot be decoded by itself.
        case .gzip where care.compressed == .decode && head.status != 206: inflater = Inflater(isGzip: true)
        case .deflate where care.compressed == .decode && head.status != 206: inflater = Inflater(isGzip: false)
        case .gzip, .deflate, .other:
            if care.compressed == .pass { return nil }
            throw .coding
        }
        if let matcher, !matcher.isEmpty { scrubber = EchoScrubber(matcher) }
        guard scrubber != nil || inflater != nil else { return nil }
        if inflater == nil, case .length(let count) = head.framing { remaining = count }
    }

    /// Whether the content leaves in another coding, and so in another length, than it came.
    var decodes: Bool { inflater != nil }

    /// Takes a piece and gives what can be handed on.
    mutating func take(_ piece: ByteBuffer, _ give: (ByteBuffer) -> Void) throws(Fault) {
        guard let inflater else { return scrub(piece, give) }
        do {
            try inflater.decode(piece) { decoded in scrub(decoded, give) }
        } catch {
            throw .decoding
        }
    }

    /// The answer is whole: gives what was held back.
    mutating func finish(_ give: (ByteBuffer) -> Void) throws(Fault) {
        do {
            try inflater?.finish()
        } catch {
            throw .decoding
        }
        guard let rest = scrubber?.finish(), rest.readableBytes > 0 else { return }
        form = form ?? scrubber?.found
        give(rest)
    }

    private mutating func scrub(_ piece: ByteBuffer, _ give: (ByteBuffer) -> Void) {
        guard scrubber != nil else { return give(piece) }
        if let left = remaining { remaining = left - piece.readableBytes }
        let ready = scrubber?.scrub(piece, isLast: remaining == 0) ?? piece
        form = form ?? scrubber?.found
        if ready.readableBytes > 0 { give(ready) }
    }
}
