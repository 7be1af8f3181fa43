// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import IssuedKeys
internal import NIOCore
internal import Wire

/// What an answer tells whoever still uses a secret that was replaced: since when (`Deprecation`, RFC 9745), and when
/// it ends (`Sunset`, RFC 8594).
struct RetiringNotice: Equatable {
    let since: Instant
    let end: Instant

    /// Of a key's secret, or nil for the current one.
    init?(_ portrait: KeyIndex.Contents.Portrait) {
        guard portrait.isRetiring else { return nil }
        since = portrait.retiringSince
        end = portrait.graceExpiresAt
    }

    /// Appends both lines.
    func write(into out: inout ByteBuffer) {
        writeDeprecation(into: &out)
        writeSunset(into: &out)
    }

    /// Appends the lines that a provider's answer has not: each may stand in an answer once, and the provider's own
    /// speaks of its API.
    func write(beside fields: FieldSection, in bytes: Span<UInt8>, into out: inout ByteBuffer) {
        var (hasDeprecation, hasSunset) = (false, false)
        for field in fields {
            hasDeprecation = hasDeprecation || bytes.equalsIgnoringCase(field.name, "deprecation")
            hasSunset = hasSunset || bytes.equalsIgnoringCase(field.name, "sunset")
        }
        if !hasDeprecation { writeDeprecation(into: &out) }
        if !hasSunset { writeSunset(into: &out) }
    }

    private func writeDeprecation(into out: inout ByteBuffer) {
        out.writeStaticString("Deprecation: @")
        out.writeString(String(since.milliseconds / 1000))
        out.writeStaticString("\r\n")
    }

    private func writeSunset(into out: inout ByteBuffer) {
        out.writeStaticString("Sunset: ")
        out.writeString(end.httpDate)
        out.writeStaticString("\r\n")
    }
}
