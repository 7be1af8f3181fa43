// SPDX-License-Identifier: Apache-2.0

/// The nine bytes before each frame of HTTP/2 (RFC 9113, 4.1).
package struct FrameHead: Sendable, Equatable {
    /// How many bytes a frame's head has.
    package static let byteCount = 9
    /// What a client sends before its first frame (RFC 9113, 3.4).
    package static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)

    /// How many bytes follow the head.
    package let length: Int
    package let type: UInt8
    package let flags: UInt8
    /// 0 for the connection as a whole. The reserved bit is dropped.
    package let stream: UInt32

    /// The head at `offset`, where nine bytes must stand.
    package init(_ bytes: Span<UInt8>, at offset: Int) {
        length = Int(bytes[offset]) << 16 | Int(bytes[offset + 1]) << 8 | Int(bytes[offset + 2])
        type = bytes[offset + 3]
        flags = bytes[offset + 4]
        stream = bytes.bigEndian32(at: offset + 5) & 0x7FFF_FFFF
    }

    /// Whether a flag is set.
    package func has(_ flag: UInt8) -> Bool { flags & flag != 0 }

    package static let endStream: UInt8 = 0x01
    package static let acknowledgement: UInt8 = 0x01
    package static let endHeaders: UInt8 = 0x04
    package static let padded: UInt8 = 0x08
    package static let priority: UInt8 = 0x20
}

/// The types of frames (RFC 9113, 6). Others are passed over.
package enum FrameType: UInt8, Sendable {
    case data, headers, priority, reset, settings, pushPromise, ping, goAway, windowUpdate, continuation
}

/// Why a stream or a connection ends (RFC 9113, 7).
package enum FrameFault: UInt32, Error, Sendable {
    case none, protocolError, internalError, flowControl, settingsTimeout, streamClosed, frameSize, refusedStream,
        cancel, compression, connect, enhanceYourCalm
}

extension Span where Element == UInt8 {
    /// Four bytes as a number.
    package func bigEndian32(at offset: Int) -> UInt32 {
        UInt32(self[offset]) << 24 | UInt32(self[offset + 1]) << 16 | UInt32(self[offset + 2]) << 8
            | UInt32(self[offset + 3])
    }
}
