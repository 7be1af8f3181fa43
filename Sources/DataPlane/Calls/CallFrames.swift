// SPDX-License-Identifier: Apache-2.0
internal import NIOCore
internal import Wire

/// Writing the frames of answers. Header blocks are written without the table, so each is a constant.
extension ByteBuffer {
    /// A frame's head.
    @inline(__always)
    mutating func writeFrameHead(_ type: FrameType, flags: UInt8 = 0, stream: UInt32, length: Int) {
        writeInteger(UInt32(truncatingIfNeeded: length) << 8 | UInt32(type.rawValue))
        writeInteger(flags)
        writeInteger(stream)
    }

    /// `:status: 200` and `content-type: application/grpc`. The first block of a connection empties the table that the
    /// other side keeps for us (RFC 7541, 6.3): it will never be used, however small it has to be.
    mutating func writeAnswerHead(stream: UInt32, isFirst: Bool) {
        writeFrameHead(
            .headers, flags: FrameHead.endHeaders, stream: stream, length: Block.head.count + (isFirst ? 1 : 0))
        if isFirst { writeInteger(UInt8(0x20)) }
        writeBytes(Block.head)
    }

    /// `grpc-status: 0`, which ends the stream.
    mutating func writeTrailers(stream: UInt32) {
        writeFrameHead(
            .headers, flags: FrameHead.endHeaders | FrameHead.endStream, stream: stream, length: Block.trailers.count)
        writeBytes(Block.trailers)
    }

    /// Head and trailers in one: a call that ended without a message.
    mutating func writeFailure(_ status: CallStatus, stream: UInt32, isFirst: Bool) {
        let code = Array(String(status.code).utf8)
        var block = (isFirst ? [0x20] : []) + Block.head
        block += Block.literal("grpc-status", code) + Block.literal("grpc-message", Array(status.text.utf8))
        writeFrameHead(
            .headers, flags: FrameHead.endHeaders | FrameHead.endStream, stream: stream, length: block.count)
        writeBytes(block)
    }

    /// A plain status for what is no call.
    mutating func writeStatus(_ status: Int, stream: UInt32, isFirst: Bool) {
        // `:status` stands at 8 in the fixed table.
        let block = (isFirst ? [0x20] : []) + [0x08, 0x03] + Array(String(status).utf8)
        writeFrameHead(
            .headers, flags: FrameHead.endHeaders | FrameHead.endStream, stream: stream, length: block.count)
        writeBytes(block)
    }

    /// Ends one stream.
    mutating func writeReset(_ fault: FrameFault, stream: UInt32) {
        writeFrameHead(.reset, stream: stream, length: 4)
        writeInteger(fault.rawValue)
    }

    /// Says that no stream beyond `last` will be looked at.
    mutating func writeGoAway(_ fault: FrameFault, last: UInt32) {
        writeFrameHead(.goAway, stream: 0, length: 8)
        writeInteger(last)
        writeInteger(fault.rawValue)
    }

    /// Gives room back.
    mutating func writeWindowUpdate(_ amount: Int, stream: UInt32 = 0) {
        writeFrameHead(.windowUpdate, stream: stream, length: 4)
        writeInteger(UInt32(truncatingIfNeeded: amount))
    }

    /// Our settings, by their numbers (RFC 9113, 6.5.2).
    mutating func writeSettings(_ settings: [(number: UInt16, value: UInt32)]) {
        writeFrameHead(.settings, stream: 0, length: settings.count * 6)
        for setting in settings {
            writeInteger(setting.number)
            writeInteger(setting.value)
        }
    }
}

/// Header blocks as bytes.
private enum Block {
    /// `:status: 200` from the fixed table; `content-type`, 31 there, with its value.
    static let head: [UInt8] = [0x88, 0x0F, 0x10, 0x10] + Array("application/grpc".utf8)
    static let trailers = literal("grpc-status", [0x30])

    /// A field that no table holds, both parts shorter than 127 bytes.
    static func literal(_ name: String, _ value: [UInt8]) -> [UInt8] {
        [0x00, UInt8(name.utf8.count)] + Array(name.utf8) + [UInt8(value.count)] + value
    }
}
