// SPDX-License-Identifier: Apache-2.0

/// Coded texts as bytes; made with Python's zlib and gzip.
enum Coded {
    static let gzip = bytes(
        """
        1f8b08000000000002030bc9485548ca2c29c9cc4b57c84f534854c84ead54c82c5628018a17249694a416e581c4934b
        4b8af51442b028d6e302007fcba20443000000
        """)
    static let zlib = bytes(
        """
        789c0bc9485548ca2c29c9cc4b57c84f534854c84ead54c82c5628018a17249694a416e581c4934b4b8af51442b028d6
        e302001ecb16f8
        """)
    static let raw = bytes(
        """
        0bc9485548ca2c29c9cc4b57c84f534854c84ead54c82c5628018a17249694a416e581c4934b4b8af51442b028d6e302
        00
        """)
    /// 4 MiB of zeros, in zlib's wrapping: the head, then the same block of zeros again and again.
    static let bomb =
        bytes("78daedc101010000008220ffaf6e484001") + [UInt8](repeating: 0, count: 4063) + bytes("7c1b03c00001")

    private static func bytes(_ text: String) -> [UInt8] {
        let digits = text.utf8.filter { $0 != 0x0A }.map { $0 < 0x3A ? $0 - 0x30 : $0 - 0x57 }
        return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
    }
}
