// SPDX-License-Identifier: Apache-2.0
import Secrets
import Shapes

/// Text as it stands in a query.
enum PercentText {
    /// The text, or nil where an escape is broken, the bytes are not UTF-8, or a control character comes out.
    static func decoded(_ text: Substring) -> String? {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "+"): bytes.append(0x20)
            case UInt8(ascii: "%"):
                guard let high = rest.popFirst().flatMap(Hexadecimal.value),
                    let low = rest.popFirst().flatMap(Hexadecimal.value)
                else {
                    return nil
                }
                bytes.append(high << 4 | low)
            default: bytes.append(byte)
            }
        }
        guard let text = String(validating: bytes, as: UTF8.self), text.unicodeScalars.allSatisfy(isShown) else {
            return nil
        }
        return text
    }
}
