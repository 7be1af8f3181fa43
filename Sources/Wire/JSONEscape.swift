// SPDX-License-Identifier: Apache-2.0

/// Gives `sink` the bytes of `text`, which must be UTF-8, as they stand between the quotes of a JSON string.
///
/// Only what must be escaped is: quote, backslash, bytes below 0x20 (in the short form where there is one) and DEL,
/// which is legal but invisible.
@inlinable
package func escapeJSON(_ text: Span<UInt8>, into sink: (UInt8) -> Void) {
    for index in text.indices { escapeJSON(text[index], into: sink) }
}

/// The same for a single byte.
@inlinable
package func escapeJSON(_ byte: UInt8, into sink: (UInt8) -> Void) {
    guard byte < 0x20 || byte == 0x22 || byte == 0x5c || byte == 0x7f else { return sink(byte) }
    sink(0x5c)
    switch byte {
    case 0x22, 0x5c: sink(byte)
    case 0x08: sink(0x62)
    case 0x09: sink(0x74)
    case 0x0a: sink(0x6e)
    case 0x0c: sink(0x66)
    case 0x0d: sink(0x72)
    default:
        sink(0x75)
        sink(0x30)
        sink(0x30)
        sink(0x30 + byte >> 4)
        sink(byte & 0x0f < 10 ? 0x30 + byte & 0x0f : 0x57 + byte & 0x0f)
    }
}
