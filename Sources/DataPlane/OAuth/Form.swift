// SPDX-License-Identifier: Apache-2.0
internal import Egress
internal import Wire

/// The body of an OAuth request: `application/x-www-form-urlencoded`, each name at most once (RFC 6749, section 3.2).
struct Form {
    private static let most = 32
    private var values: [String: [UInt8]] = [:]

    /// Reads a body; nil for a broken escape, a name twice, or too many.
    init?(_ body: Span<UInt8>) {
        var values: [String: [UInt8]] = [:]
        var isReadable = true
        QueryRewriter.forEachParameter(0..<body.count, body) { _, name, value in
            guard let name = QueryText.decode(body, name), values.count < Self.most,
                let value = value.map({ QueryText.decode(body, $0) }) ?? [],
                values.updateValue(value, forKey: String(decoding: name, as: UTF8.self)) == nil
            else {
                isReadable = false
                return
            }
        }
        guard isReadable else { return nil }
        self.values = values
    }

    /// Whether the head says that the body is a form.
    static func isAnnounced(_ head: borrowing RequestHead, _ bytes: Span<UInt8>) -> Bool {
        guard let field = head.fields.first(.contentType) else { return false }
        let end = bytes.firstIndex(of: 0x3B, in: field.value) ?? field.value.end
        let type = bytes.trimmed(Slice(start: field.value.start, end: end))
        return bytes.equalsIgnoringCase(type, "application/x-www-form-urlencoded")
    }

    /// A value; nil when it is absent or empty, which is the same (RFC 6749, section 3.2).
    subscript(_ name: String) -> [UInt8]? { values[name].flatMap { $0.isEmpty ? nil : $0 } }

    /// The same as text; nil also when it is not UTF-8.
    func text(_ name: String) -> String? { self[name].flatMap { String(validating: $0, as: UTF8.self) } }
}
