// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import NIOCore

/// Writes a part of an answer whose greatest length is known into room that was taken once. The buffer is not asked
/// anew for each of the twenty pieces of an answer's head.
@safe struct Pen: ~Copyable {
    private let room: UnsafeMutableRawBufferPointer
    private(set) var count = 0

    fileprivate init(_ room: UnsafeMutableRawBufferPointer) { unsafe self.room = unsafe room }

    @inline(__always)
    private mutating func copy(_ start: UnsafeRawPointer?, _ length: Int) {
        guard let start = unsafe start, length > 0 else { return }
        unsafe precondition(length <= room.count - count, "more was written than was announced")
        unsafe room.baseAddress?.advanced(by: count).copyMemory(from: start, byteCount: length)
        count += length
    }

    /// One byte.
    @inline(__always)
    mutating func write(byte: UInt8) {
        unsafe precondition(count < room.count, "more was written than was announced")
        unsafe room[count] = byte
        count += 1
    }

    /// Constant text.
    @inline(__always)
    mutating func write(_ text: StaticString) { unsafe copy(text.utf8Start, text.utf8CodeUnitCount) }

    /// Bytes as they are.
    @inline(__always)
    mutating func write(_ bytes: [UInt8]) { unsafe bytes.withUnsafeBytes { unsafe copy($0.baseAddress, $0.count) } }

    /// Text in UTF-8.
    @inline(__always)
    mutating func write(_ text: String) {
        var text = text
        text.withUTF8 { unsafe copy($0.baseAddress, $0.count) }
    }

    /// 26 digits of an identifier.
    @inline(__always)
    mutating func write(identifier bits: (high: UInt64, low: UInt64)) {
        unsafe precondition(IdentifierText.digitCount <= room.count - count, "more was written than was announced")
        let digits: StaticString = "0123456789abcdefghjkmnpqrstvwxyz"
        var (high, low) = bits
        for position in (0..<IdentifierText.digitCount).reversed() {
            unsafe room[count + position] = digits.utf8Start[Int(truncatingIfNeeded: low & 31)]
            low = low >> 5 | high << 59
            high >>= 5
        }
        count += IdentifierText.digitCount
    }

    /// A number of at most twenty digits; negative ones as 0.
    @inline(__always)
    mutating func write(decimal number: Int) {
        unsafe precondition(Self.longestDecimal <= room.count - count, "more was written than was announced")
        var rest = max(0, number)
        var length = 1
        var bound = 10
        while length < 19, rest >= bound { (length, bound) = (length + 1, bound &* 10) }
        for position in (0..<length).reversed() {
            unsafe room[count + position] = UInt8(truncatingIfNeeded: 0x30 + rest % 10)
            rest /= 10
        }
        count += length
    }

    /// The room a number needs.
    static let longestDecimal = 20
}

extension ByteBuffer {
    /// Writes up to `longest` bytes in one piece.
    @inline(__always)
    mutating func writePiece(atMost longest: Int, _ body: (inout Pen) -> Void) {
        unsafe writeWithUnsafeMutableBytes(minimumWritableBytes: longest) { room in
            var pen = unsafe Pen(room)
            body(&pen)
            return pen.count
        }
    }
}
