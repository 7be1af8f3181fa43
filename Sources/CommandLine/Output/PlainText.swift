// SPDX-License-Identifier: Apache-2.0

/// Text from elsewhere, made safe to print: it can neither steer the terminal nor start a new line.
enum PlainText {
    /// `text` with control and direction-changing characters replaced by U+FFFD.
    static func line(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars { result.append(isSafe(scalar) ? scalar : "\u{fffd}") }
        return String(result)
    }

    private static func isSafe(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7f..<0xa0, 0x200e, 0x200f, 0x2028...0x202e, 0x2066...0x2069: false
        default: true
        }
    }
}
