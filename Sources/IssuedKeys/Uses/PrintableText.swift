// SPDX-License-Identifier: Apache-2.0

/// Text that strangers sent, made fit to be stored and shown.
enum PrintableText {
    /// At most `longest` bytes; what is not UTF-8, controls, and characters that steer the direction of writing become
    /// question marks.
    static func of(_ bytes: [UInt8], longest: Int) -> String {
        var text = String.UnicodeScalarView()
        var count = 0
        for scalar in String(decoding: bytes, as: UTF8.self).unicodeScalars {
            let shown = isPrintable(scalar) ? scalar : "?"
            count += UTF8.width(shown)
            guard count <= longest else { break }
            text.append(shown)
        }
        return String(text)
    }

    private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7F..<0xA0, 0xAD, 0x61C, 0x200B...0x200F, 0x2028...0x202E, 0x2060...0x206F, 0xFEFF,
            0xFFF9...0xFFFD,
            0xE0000...0xE0FFF:
            false
        default: true
        }
    }
}
