// SPDX-License-Identifier: Apache-2.0

/// Text with names in braces: `{base_url}/v1`, `{key}`, `{value}`.
struct VariableFormat: Sendable {
    private enum Piece {
        case text(Substring)
        case name(Substring)
    }

    private let pieces: [Piece]

    /// Reads a format. Braces around anything but a name stand for themselves.
    init(_ text: String) {
        var pieces: [Piece] = []
        var rest = text[...]
        while let open = rest.firstIndex(of: "{") {
            let inner = rest[rest.index(after: open)...].prefix {
                $0 == "_" || $0.isASCII && ($0.isLetter || $0.isNumber)
            }
            guard inner.endIndex < rest.endIndex, rest[inner.endIndex] == "}", !inner.isEmpty else {
                pieces.append(.text(rest[...open]))
                rest = rest[rest.index(after: open)...]
                continue
            }
            pieces.append(.text(rest[..<open]))
            pieces.append(.name(inner))
            rest = rest[rest.index(after: inner.endIndex)...]
        }
        self.pieces = pieces + [.text(rest)]
    }

    /// The names in it.
    var names: [String] {
        pieces.compactMap { piece in
            guard case .name(let name) = piece else { return nil }
            return String(name)
        }
    }

    /// The text with the names filled in; nil where one has no value.
    func filled(_ values: [String: String]) -> String? {
        var text = ""
        for piece in pieces {
            switch piece {
            case .text(let part): text += part
            case .name(let name):
                guard let value = values[String(name)] else { return nil }
                text += value
            }
        }
        return text
    }
}
