// SPDX-License-Identifier: Apache-2.0

/// Text with names in braces, as it stands in a request: `/v1/keys/{key}`, `{"name":"{label}","scopes":{scopes}}`.
///
/// Only `{[a-z][a-z0-9_]{0,31}}` is a name. Any other brace is text, so that a JSON body keeps its own.
package struct RequestText: Equatable, Sendable {
    private let pieces: [SlotFormat.Piece]

    /// Reads any text.
    package init(_ text: String) {
        let bytes = Array(text.utf8)
        var pieces: [SlotFormat.Piece] = []
        var start = 0
        var position = 0
        while position < bytes.count {
            guard bytes[position] == UInt8(ascii: "{"), let name = Self.name(in: bytes, from: position + 1) else {
                position += 1
                continue
            }
            if start < position { pieces.append(.text(Array(bytes[start..<position]))) }
            pieces.append(.part(name))
            position += name.utf8.count + 2
            start = position
        }
        if start < bytes.count { pieces.append(.text(Array(bytes[start...]))) }
        self.pieces = pieces
    }

    private static func name(in bytes: [UInt8], from start: Int) -> String? {
        guard let end = bytes[start...].prefix(33).firstIndex(of: UInt8(ascii: "}")) else { return nil }
        let name = String(decoding: bytes[start..<end], as: UTF8.self)
        return NamedPart.isName(name) ? name : nil
    }

    /// The names in it, as they come.
    package var names: [String] {
        pieces.compactMap { piece in
            switch piece {
            case .text: nil
            case .part(let name): name
            }
        }
    }

    /// The text with what its names stand for; nil where one stands for nothing.
    package func filled(_ value: (String) -> String?) -> String? {
        var text = ""
        for piece in pieces {
            switch piece {
            case .text(let bytes): text += String(decoding: bytes, as: UTF8.self)
            case .part(let name):
                guard let value = value(name) else { return nil }
                text += value
            }
        }
        return text
    }

    /// Percent-encodes all bytes but the unreserved (RFC 3986, 2.3); good for a segment of a path, a query and a form.
    package static func encoded(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF".unicodeScalars)
        var encoded = ""
        for byte in text.utf8 {
            if isUnreserved(byte) {
                encoded.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                encoded.unicodeScalars.append(contentsOf: ["%", digits[Int(byte >> 4)], digits[Int(byte & 15)]])
            }
        }
        return encoded
    }

    private static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E: true
        default: false
        }
    }
}
