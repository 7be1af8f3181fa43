// SPDX-License-Identifier: Apache-2.0
internal import Wire

/// The name under which this installation stands in `Via` (RFC 9110 section 7.6.3), so that a call that comes back to it
/// is known.
enum Via {
    /// What the name is when nobody gives one.
    static let unnamed = "bitting"

    /// Whether a request has been here before.
    static func isLoop(_ fields: FieldSection, _ bytes: Span<UInt8>, _ name: [UInt8]) -> Bool {
        guard fields.contains(.via) else { return false }
        for field in fields where field.known == .via {
            var list = ListCursor(field.value)
            while let element = list.next(in: bytes) {
                if receiver(of: element, bytes).map({ bytes.equals($0, name) }) ?? false { return true }
            }
        }
        return false
    }

    /// The second word of `1.1 name (comment)`.
    private static func receiver(of element: Slice, _ bytes: Span<UInt8>) -> Slice? {
        guard let blank = (element.start..<element.end).first(where: { isBlank(bytes[$0]) }) else { return nil }
        let rest = bytes.trimmed(Slice(start: blank, end: element.end))
        let end = (rest.start..<rest.end).first { isBlank(bytes[$0]) } ?? rest.end
        return Slice(start: rest.start, end: end)
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
}

extension Problem {
    static let loop = lend(
        508, "loop", "Call in a circle", "The request has been through this installation already.",
        "Check the provider's origin and the caller's base URL: one of them leads back here.")
}
