// SPDX-License-Identifier: Apache-2.0
import Secrets
import TestKit
import Testing

@Suite struct ChecksumTests {
    @Test(
        "the checksum is CRC-32 as the world knows it",
        arguments: [
            ("", 0x0000_0000), ("a", 0xE8B7_BE43), ("abc", 0x3524_41C2), ("123456789", 0xCBF4_3926),
            ("The quick brown fox jumps over the lazy dog", 0x414F_A339),
        ] as [(String, UInt32)])
    func knownVectors(text: String, checksum: UInt32) {
        let bytes = Array(text.utf8)
        #expect(Checksum.crc32(bytes.span, count: bytes.count) == checksum)
    }

    @Test("eight bytes a step give what one bit a step gives, at every length and cut")
    func againstBitwise() {
        var random = Seeded(11)
        let bytes = (0..<200).map { _ in UInt8.random(in: 0...255, using: &random) }
        for count in 0...bytes.count {
            #expect(Checksum.crc32(bytes.span, count: count) == Self.bitwise(bytes.prefix(count)))
        }
    }

    private static func bitwise(_ bytes: some Sequence<UInt8>) -> UInt32 {
        var crc: UInt32 = 0xFFFF_FFFF
        for byte in bytes {
            crc ^= UInt32(byte)
            for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0xEDB8_8320 : crc >> 1 }
        }
        return ~crc
    }
}
