// SPDX-License-Identifier: Apache-2.0

/// Reads the chunked transfer coding (RFC 9112, 7.1) from bytes cut anywhere, as strictly as `HeadParser` reads heads.
///
/// Chunk extensions and trailers are checked, bounded and dropped. It keeps no bytes and allocates nothing.
package struct ChunkDecoder: Sendable {
    /// The extensions of one chunk in bytes.
    package static let extensionLimit = 256
    /// The extensions of one body in bytes: a sender of tiny chunks must not make us read mostly extensions.
    package static let extensionTotalLimit = 16_384
    /// The trailer section in bytes, line ends included.
    package static let trailerLimit = 8_192
    /// Hexadecimal digits of one size: what fits without overflow.
    package static let sizeDigitLimit = 15

    private enum State: Equatable {
        case size
        case `extension`
        case sizeLineFeed
        case data
        case dataCarriageReturn
        case dataLineFeed
        case trailerStart
        case trailerName
        case trailerValue
        case trailerLineFeed
        case finalLineFeed
        case done
    }

    private var state = State.size
    private var remaining = 0
    private var digits = 0
    private var extensionBytes = 0
    private var extensionTotal = 0
    private var trailerBytes = 0
    private var fault: ChunkFault?

    /// A decoder before the first chunk.
    package init() {}

    /// Reads on at `offset`. Call it until it answers something other than `data`; then with the bytes that came next.
    /// After a refusal it goes on refusing.
    package mutating func next(_ bytes: Span<UInt8>, from offset: Int = 0) -> BodyStep {
        if let fault { return .refused(fault) }
        var index = offset
        do throws(ChunkFault) {
            while state != .done {
                guard index < bytes.count else { return .needMore }
                if state == .data { return data(bytes, at: index) }
                try read(bytes[index])
                index += 1
            }
        } catch {
            fault = error
            return .refused(error)
        }
        return .end(index)
    }

    private mutating func data(_ bytes: Span<UInt8>, at index: Int) -> BodyStep {
        let slice = Slice(start: index, end: index + min(remaining, bytes.count - index))
        remaining -= slice.count
        if remaining == 0 { state = .dataCarriageReturn }
        return .data(slice)
    }

    private mutating func read(_ byte: UInt8) throws(ChunkFault) {
        switch state {
        case .size, .extension, .sizeLineFeed: try readSizeLine(byte)
        case .dataCarriageReturn:
            guard byte == .carriageReturn else { throw .dataNotTerminated }
            state = .dataLineFeed
        case .dataLineFeed:
            guard byte == .lineFeed else { throw .dataNotTerminated }
            state = .size
        case .trailerStart, .trailerName, .trailerValue, .trailerLineFeed, .finalLineFeed: try readTrailer(byte)
        case .data, .done: break
        }
    }

    private mutating func readSizeLine(_ byte: UInt8) throws(ChunkFault) {
        switch (state, byte) {
        case (.size, _):
            try readSize(byte)
        case (.extension, .carriageReturn):
            state = .sizeLineFeed
        case (.extension, .lineFeed):
            throw .bareLineFeed
        case (.extension, _):
            guard byte.isText else { throw .extensionMalformed }
            extensionBytes += 1
            extensionTotal += 1
            guard extensionBytes <= Self.extensionLimit, extensionTotal <= Self.extensionTotalLimit else {
                throw .extensionTooLong
            }
        default:
            guard byte == .lineFeed else { throw .bareCarriageReturn }
            state = remaining == 0 ? .trailerStart : .data
            digits = 0
            extensionBytes = 0
        }
    }

    private mutating func readSize(_ byte: UInt8) throws(ChunkFault) {
        if let value = byte.hexValue {
            digits += 1
            guard digits <= Self.sizeDigitLimit else { throw .sizeMalformed }
            remaining = remaining << 4 | Int(value)
            return
        }
        guard digits > 0 else { throw .sizeMalformed }
        switch byte {
        case .carriageReturn: state = .sizeLineFeed
        case 0x3b:
            state = .extension
            extensionBytes = 1
            extensionTotal += 1
        case .lineFeed: throw .bareLineFeed
        default: throw .sizeMalformed
        }
    }

    private mutating func readTrailer(_ byte: UInt8) throws(ChunkFault) {
        trailerBytes += 1
        guard trailerBytes <= Self.trailerLimit else { throw .trailerTooLarge }
        switch (state, byte) {
        case (.trailerStart, .carriageReturn): state = .finalLineFeed
        case (.trailerStart, _), (.trailerName, _): try readTrailerName(byte)
        case (.trailerValue, .carriageReturn): state = .trailerLineFeed
        case (.trailerValue, .lineFeed): throw .bareLineFeed
        case (.trailerValue, _):
            guard byte.isText else { throw .trailerMalformed }
        default:
            guard byte == .lineFeed else { throw .bareCarriageReturn }
            state = state == .finalLineFeed ? .done : .trailerStart
        }
    }

    private mutating func readTrailerName(_ byte: UInt8) throws(ChunkFault) {
        if byte.isToken {
            state = .trailerName
        } else if state == .trailerName, byte == .colon {
            state = .trailerValue
        } else {
            throw byte == .lineFeed ? .bareLineFeed : .trailerMalformed
        }
    }
}
