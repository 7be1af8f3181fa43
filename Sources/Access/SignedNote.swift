// SPDX-License-Identifier: Apache-2.0
internal import Secrets

/// Why bytes are no signed note, or a note no checkpoint.
package enum NoteFault: Error, Equatable, Sendable {
    /// A line does not end, or the signatures are missing.
    case cutShort
    /// A line of the text is empty, holds control characters or is not UTF-8; the text has a line too few.
    case text
    /// A signature line is not written as one.
    case signature
    /// The text is signed, but it is not a checkpoint's.
    case notACheckpoint
}

/// Some lines of text, an empty line, and signatures of the text (C2SP signed-note).
package struct SignedNote: Equatable, Sendable, CustomStringConvertible {
    /// One signature line: who signed, which of their keys, and the signature itself.
    package struct Signature: Equatable, Sendable {
        package let name: String
        package let hash: [UInt8]
        package let bytes: [UInt8]
    }

    /// What is signed, with the line feed of its last line.
    package let text: String
    package let signatures: [Signature]

    /// A note of these parts.
    init(text: String, signatures: [Signature]) {
        self.text = text
        self.signatures = signatures
    }

    /// Reads one note and nothing beside it.
    package init(parsing bytes: [UInt8]) throws(NoteFault) {
        guard bytes.last == 0x0A else { throw .cutShort }
        var lines = bytes.dropLast().split(separator: 0x0A, omittingEmptySubsequences: false)[...]
        let textLines = lines.prefix { !$0.isEmpty }
        lines = lines.dropFirst(textLines.count)
        guard lines.count > 1 else { throw .cutShort }
        guard !textLines.isEmpty, textLines.allSatisfy({ $0.allSatisfy { $0 >= 0x20 && $0 != 0x7F } }),
            let text = String(validating: textLines.joined(separator: [0x0A]) + [0x0A], as: UTF8.self)
        else { throw .text }
        self.text = text
        var signatures: [Signature] = []
        for line in lines.dropFirst() { signatures.append(try Signature(line)) }
        self.signatures = signatures
    }

    /// Whether one of the signatures is this key's. Those of keys that nobody asked for are passed over.
    package func isSigned(by verifier: VerifierKey) -> Bool {
        signatures.contains { signature in
            signature.name == verifier.name && signature.hash == verifier.hash
                && verifier.key.accepts(signature.bytes, of: Array(text.utf8))
        }
    }

    /// The note as it is read.
    package var description: String {
        text + "\n" + signatures.map { "\($0)\n" }.joined()
    }

    /// Whether the text can be a signer's name.
    static func isName(_ text: some StringProtocol) -> Bool {
        !text.isEmpty && text.unicodeScalars.allSatisfy { $0 != "+" && !$0.properties.isWhitespace && $0.value >= 0x20 }
    }
}

extension SignedNote.Signature: CustomStringConvertible {
    /// What each signature line begins with: an em dash and a blank.
    package static let mark = "\u{2014} "

    init(_ line: some Collection<UInt8>) throws(NoteFault) {
        guard let text = String(validating: line, as: UTF8.self), text.hasPrefix(Self.mark) else { throw .signature }
        let words = text.dropFirst(Self.mark.count).split(separator: " ", omittingEmptySubsequences: false)
        guard words.count == 2, SignedNote.isName(words[0]), let bytes = Base64Text.bytes(words[1]), bytes.count > 4
        else { throw .signature }
        name = String(words[0])
        hash = Array(bytes[..<4])
        self.bytes = Array(bytes[4...])
    }

    /// The signature line, without its line feed.
    package var description: String { "\(Self.mark)\(name) \(Base64Text.text(hash + bytes))" }
}
