// SPDX-License-Identifier: Apache-2.0

/// CRC-32 (IEEE 802.3, reflected polynomial 0xEDB88320), eight bytes a step.
///
/// Cost: one table look-up a byte, eight of them in parallel; 8 KiB of tables made at first use.
package enum Checksum {
    private static let tables: [UInt32] = makeTables()

    private static func makeTables() -> [UInt32] {
        var tables = [UInt32](repeating: 0, count: 8 * 256)
        for byte in 0..<256 {
            var value = UInt32(byte)
            for _ in 0..<8 { value = value & 1 == 1 ? (value >> 1) ^ 0xEDB8_8320 : value >> 1 }
            tables[byte] = value
        }
        for byte in 0..<256 {
            for row in 1..<8 {
                let previous = tables[(row - 1) * 256 + byte]
                tables[row * 256 + byte] = (previous >> 8) ^ tables[Int(previous & 0xFF)]
            }
        }
        return tables
    }

    /// The checksum of the first `count` bytes.
    package static func crc32(_ bytes: Span<UInt8>, count: Int) -> UInt32 {
        let tables = Self.tables.span
        var crc: UInt32 = 0xFFFF_FFFF
        var position = 0
        while position + 8 <= count {
            var next: UInt32 = 0
            for byte in 0..<4 { next |= UInt32(bytes[position + byte]) << UInt32(8 * byte) }
            let low = crc ^ next
            crc =
                tables[7 * 256 + Int(low & 0xFF)] ^ tables[6 * 256 + Int((low >> 8) & 0xFF)]
                ^ tables[5 * 256 + Int((low >> 16) & 0xFF)] ^ tables[4 * 256 + Int(low >> 24)]
                ^ tables[3 * 256 + Int(bytes[position + 4])] ^ tables[2 * 256 + Int(bytes[position + 5])]
                ^ tables[256 + Int(bytes[position + 6])] ^ tables[Int(bytes[position + 7])]
            position += 8
        }
        while position < count {
            crc = (crc >> 8) ^ tables[Int((crc ^ UInt32(bytes[position])) & 0xFF)]
            position += 1
        }
        return ~crc
    }
}
