// SPDX-License-Identifier: Apache-2.0

internal import CZlib
package import NIOCore

/// Undoes gzip and deflate, piece by piece, within bounds.
@safe package final class Inflater {
    /// Why it cannot go on.
    package enum Fault: Error, Equatable {
        /// Not what its coding says it is, or it ended early.
        case malformed
        /// So much longer than what came that it must be meant to fill memory.
        case tooLong
    }

    /// Of this many times what came, and the first MiB, no more is taken.
    package static let ratio = 100
    private static let free = 1 << 20
    private static let pieceSize = 65_536

    private enum Stage {
        case start, inside
        /// A member of gzip is over; another one may follow (RFC 1952 section 2.2).
        case between
        /// Nothing may follow.
        case over
    }

    private let isGzip: Bool
    // zlib keeps the address of the stream, so it has a place of its own.
    private let stream: UnsafeMutablePointer<z_stream>
    private var stage = Stage.start
    private var hasBegun = false
    private var taken = 0
    private var given = 0

    /// For gzip, or for deflate with or without zlib's wrapping: both are sent under that name.
    package init(isGzip: Bool) {
        self.isGzip = isGzip
        unsafe stream = .allocate(capacity: 1)
        unsafe stream.initialize(to: z_stream())
    }

    deinit {
        if hasBegun { unsafe inflateEnd(stream) }
        unsafe stream.deinitialize(count: 1)
        unsafe stream.deallocate()
    }

    /// Decodes a piece; what comes of it is given in pieces of at most 64 KiB.
    package func decode(_ piece: ByteBuffer, _ give: (ByteBuffer) -> Void) throws(Fault) {
        var piece = piece
        taken += piece.readableBytes
        while piece.readableBytes > 0 {
            switch stage {
            case .start, .between: try begin(piece)
            case .inside: break
            case .over: throw .malformed
            }
            while stage == .inside, try step(&piece, give) {}
        }
    }

    /// The input is over.
    package func finish() throws(Fault) {
        // Nothing at all is an answer without content.
        guard stage == .between || stage == .over || taken == 0 else { throw .malformed }
    }

    private func begin(_ piece: ByteBuffer) throws(Fault) {
        let first = piece.getInteger(at: piece.readerIndex, as: UInt8.self) ?? 0
        // The low half of zlib's first byte says "deflate"; in a raw block those bits would make a reserved type or a
        // stored block with odd padding.
        let bits: Int32 = isGzip ? 15 + 16 : first & 0x0F == 8 ? 15 : -15
        if hasBegun { unsafe inflateEnd(stream) }
        unsafe stream.pointee = z_stream()
        hasBegun = unsafe bitting_inflate_start(stream, bits) == Z_OK
        guard hasBegun else { throw .malformed }
        stage = .inside
    }

    /// Whether there is more to do with what is there.
    private func step(_ piece: inout ByteBuffer, _ give: (ByteBuffer) -> Void) throws(Fault) -> Bool {
        var out = ByteBuffer()
        out.reserveCapacity(Self.pieceSize)
        var (result, left, room) = (Z_OK, 0, 0)
        unsafe piece.readWithUnsafeReadableBytes { input in
            // zlib does not write to its input; its declaration is older than `const`.
            unsafe stream.pointee.next_in = UnsafeMutablePointer(
                mutating: input.baseAddress?.assumingMemoryBound(to: UInt8.self))
            unsafe stream.pointee.avail_in = UInt32(input.count)
            unsafe out.writeWithUnsafeMutableBytes(minimumWritableBytes: Self.pieceSize) { output in
                unsafe stream.pointee.next_out = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
                unsafe stream.pointee.avail_out = UInt32(output.count)
                result = unsafe inflate(stream, Z_NO_FLUSH)
                room = unsafe Int(stream.pointee.avail_out)
                return output.count - room
            }
            left = unsafe Int(stream.pointee.avail_in)
            return input.count - left
        }
        guard result == Z_OK || result == Z_STREAM_END || result == Z_BUF_ERROR else { throw .malformed }
        given += out.readableBytes
        guard given <= Self.free || given <= taken * Self.ratio else { throw .tooLong }
        if out.readableBytes > 0 { give(out) }
        if result == Z_STREAM_END {
            stage = isGzip ? .between : .over
            return false
        }
        return left > 0 || room == 0
    }
}
