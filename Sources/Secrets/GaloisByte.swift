// SPDX-License-Identifier: Apache-2.0

/// A byte as an element of the field with 256 elements (polynomial x^8 + x^4 + x^3 + x + 1, as in AES).
///
/// No tables and no branches on the values: the time it takes says nothing of them.
struct GaloisByte: Equatable, Sendable {
    var value: UInt8

    init(_ value: UInt8) { self.value = value }

    static func + (left: GaloisByte, right: GaloisByte) -> GaloisByte { GaloisByte(left.value ^ right.value) }

    static func * (left: GaloisByte, right: GaloisByte) -> GaloisByte {
        var (product, shifted): (UInt8, UInt8) = (0, left.value)
        for bit in 0..<8 as Range<UInt8> {
            product ^= shifted & (0 &- (right.value >> bit & 1))
            shifted = shifted << 1 ^ (0x1B & (0 &- (shifted >> 7)))
        }
        return GaloisByte(product)
    }

    /// The inverse, as the 254th power; zero for zero.
    var inverse: GaloisByte {
        var (power, result) = (self, GaloisByte(1))
        // 254 is 11111110 in binary.
        for _ in 1..<8 {
            power = power * power
            result = result * power
        }
        return result
    }
}
