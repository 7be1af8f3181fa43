// SPDX-License-Identifier: Apache-2.0

package import Wire

/// How the content of an answer is coded (RFC 9110 section 8.4).
package enum ContentCoding: Equatable, Sendable {
    /// As it is.
    case identity
    /// Can be undone here.
    case gzip, deflate
    /// Anything else, or several codings on top of each other.
    case other

    /// Of an answer whose head is `head`.
    package init(_ fields: FieldSection, in bytes: Span<UInt8>) {
        guard let field = fields.first(.contentEncoding) else {
            self = .identity
            return
        }
        if fields.count(of: .contentEncoding) > 1 {
            self = .other
        } else if field.value.isEmpty || bytes.equalsIgnoringCase(field.value, "identity") {
            self = .identity
        } else if bytes.equalsIgnoringCase(field.value, "gzip") || bytes.equalsIgnoringCase(field.value, "x-gzip") {
            self = .gzip
        } else if bytes.equalsIgnoringCase(field.value, "deflate") {
            self = .deflate
        } else {
            self = .other
        }
    }
}
