// SPDX-License-Identifier: Apache-2.0

/// Text with names in braces, each standing for a part of the value or a setting: `Bearer {value}`,
/// `{account}:{token}`.
package struct SlotFormat: Equatable, Sendable {
    /// A run of the text.
    package enum Piece: Equatable, Sendable {
        case text([UInt8])
        case part(String)
    }

    package let pieces: [Piece]

    /// Reads a format: printable ASCII, 200 bytes at most, at least one name and none twice, each as
    /// ``NamedPart/isName(_:)`` has it.
    package init?(_ text: String) { self.init(text, longest: 200, needsName: true) }

    /// The same where other bounds hold.
    package init?(_ text: String, longest: Int, needsName: Bool, takesLineFeeds: Bool = false) {
        let bytes = Array(text.utf8)
        guard bytes.count <= longest,
            bytes.allSatisfy({ (0x20...0x7E).contains($0) || takesLineFeeds && $0 == 0x0A })
        else { return nil }
        var pieces: [Piece] = []
        var run: [UInt8] = []
        var position = 0
        while position < bytes.count {
            switch bytes[position] {
            case 0x7B:
                guard let end = bytes[position...].firstIndex(of: 0x7D) else { return nil }
                let name = String(decoding: bytes[(position + 1)..<end], as: UTF8.self)
                guard NamedPart.isName(name) else { return nil }
                if !run.isEmpty { pieces.append(.text(run)) }
                run = []
                pieces.append(.part(name))
                position = end + 1
            case 0x7D: return nil
            default:
                run.append(bytes[position])
                position += 1
            }
        }
        if !run.isEmpty { pieces.append(.text(run)) }
        self.pieces = pieces
        guard needsName else { return }
        guard !names.isEmpty, Set(names).count == names.count else { return nil }
    }

    /// A format that is one part and nothing else.
    package static func part(_ name: String) -> SlotFormat { SlotFormat(pieces: [.part(name)]) }

    private init(pieces: [Piece]) { self.pieces = pieces }

    /// The names in it, as they come.
    package var names: [String] {
        pieces.compactMap { piece in
            switch piece {
            case .text: nil
            case .part(let name): name
            }
        }
    }

    /// The format as it was written.
    package var text: String {
        pieces.map { piece in
            switch piece {
            case .text(let bytes): String(decoding: bytes, as: UTF8.self)
            case .part(let name): "{\(name)}"
            }
        }.joined()
    }
}

/// A part of a value, or a setting, under its name.
package struct NamedPart: Equatable, Sendable {
    package let name: String
    /// What people are shown.
    package let title: String

    /// A part.
    package init(name: String, title: String) {
        self.name = name
        self.title = title
    }

    /// The name of a value that has no parts.
    package static let whole = "value"

    /// Tells whether `text` can name a part: `[a-z][a-z0-9_]{0,31}`.
    package static func isName(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        guard (1...32).contains(bytes.count), (0x61...0x7A).contains(bytes[0]) else { return false }
        return bytes.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x5F }
    }
}
