// SPDX-License-Identifier: Apache-2.0
import Access
import IssuedKeys
import Secrets
import Shapes
import Wire

extension KeyImport {
    private enum State: String, CaseIterable, Sendable {
        case active, disabled
    }

    /// Reads one item: a draft, and `digest` or `secret`. The secret is digested here and goes no further; what cannot
    /// be wiped is the body it came in.
    init(_ json: JSON, at pointer: String, _ now: Instant, in zones: TimeZones) throws(FieldFault) {
        let own = ["digest", "secret", "hint", "created_at", "state"]
        let fields = try Fields(json, at: pointer, KeyDraft.fields + own)
        self.init(
            try KeyDraft(fields, at: now, in: zones), mark: try ForeignMark(fields),
            hint: try fields.nullable("hint", .text(1...64)),
            createdAt: try fields.nullable("created_at", .instant),
            isDisabled: try fields.optional("state", Shape<State>.word) == .disabled)
    }
}

extension ForeignMark {
    fileprivate init(_ fields: Fields) throws(FieldFault) {
        let digest = try fields.optional("digest", Shape<Digest>.sha256)
        let mark = try fields.optional("secret", Shape<ForeignMark>.secret)
        switch (digest, mark) {
        case (let digest?, nil): self.init(digest: digest)
        case (nil, let mark?): self = mark
        default:
            throw .value(
                fields.pointer, "An item has either `digest` or `secret`.", fix: "Send one of the two, not both.")
        }
    }
}

extension Shape where Value == ForeignMark {
    fileprivate static var secret: Shape {
        let (shortest, longest) = (ForeignMark.lengths.lowerBound, ForeignMark.lengths.upperBound)
        return parsed(
            "The secret must be \(shortest) to \(longest) characters of visible ASCII.",
            fix: "Send the key as its holder shows it."
        ) { text in
            var bytes = Array(text.utf8)
            return ForeignMark(of: Secret(wiping: &bytes))
        }
    }
}

extension Shape where Value == Digest {
    /// `sha256:` and 64 hexadecimal digits, or base 64 in either alphabet, with or without padding.
    fileprivate static var sha256: Shape {
        parsed(
            "This is not a SHA-256 digest.", fix: "Send `sha256:` and the digest in hexadecimal digits or in base 64."
        ) { text in
            guard text.hasPrefix("sha256:") else { return nil }
            let digits = text.dropFirst("sha256:".count)
            if digits.utf8.count == 64 { return Digest(hexadecimal: String(digits)) }
            guard digits.utf8.count == 43 || digits.utf8.count == 44 && digits.hasSuffix("=") else { return nil }
            let plain = digits.prefix(43).map { $0 == "+" ? "-" : $0 == "/" ? "_" : $0 }
            return Base64URL.bytes(String(plain)).flatMap { Digest(bytes: $0) }
        }
    }
}
