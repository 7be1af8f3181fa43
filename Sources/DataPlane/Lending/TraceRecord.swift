// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import HeldKeys
internal import Metering
internal import NIOCore
internal import Secrets
internal import Wire

/// What the log tells of one lent call: nothing of its values. Fields and bodies are not in it, of the query only the
/// names, and where a key stood in the path, a `*`.
struct TraceRecord {
    private let begun: Moment
    private let loan: Loan?
    private let method: [UInt8]
    private let path: [UInt8]
    private let query: [[UInt8]]
    private let trace: [UInt8]?
    /// What the provider answered, if it did.
    var providerStatus: Int?

    private static let longestPath = 1024
    private static let mostNames = 50
    private static let longestName = 64

    /// Of a call whose message is at hand; `loan` is nil for one that was refused before it was known what it would use.
    init(_ given: LendRequest.Given, _ loan: Loan?, at now: Moment) {
        let head = given.head
        let bytes = given.message.readableBytesUInt8Span
        begun = now
        self.loan = loan
        method = bytes.copy(head.method)
        let whole = OriginalCall.withoutQuery(head.target.start..<head.target.end, bytes)
        path = Self.path(whole, bytes)
        query = whole.upperBound < head.target.end ? Self.names((whole.upperBound + 1)..<head.target.end, bytes) : []
        trace = Self.trace(head.fields, bytes)
    }

    /// The path in its one form, its segments of the form of a key left out.
    private static func path(_ range: Range<Int>, _ bytes: Span<UInt8>) -> [UInt8] {
        var path = bytes.copy(Slice(start: range.lowerBound, end: range.upperBound))
        if case .rewritten(let canonical) = CanonicalPath.read(bytes, range) { path = canonical }
        path = Array(path.prefix(longestPath))
        guard path.count >= 40 else { return path }
        let segments = path.split(separator: 0x2F, omittingEmptySubsequences: false).map { segment in
            KeyText.isWellFormed(Array(segment).span) ? [UInt8(ascii: "*")] : Array(segment)
        }
        return Array(segments.joined(separator: [0x2F]))
    }

    private static func names(_ range: Range<Int>, _ bytes: Span<UInt8>) -> [[UInt8]] {
        var names: [[UInt8]] = []
        QueryRewriter.forEachParameter(range, bytes) { _, name, value in
            // Without a value it may itself be one.
            guard names.count < mostNames, value != nil else { return }
            let text = QueryText.forgivinglyDecoded(bytes, name)
            guard text.count <= longestName, !KeyText.isWellFormed(text.span) else { return }
            names.append(text)
        }
        return names
    }

    /// The trace's id of `traceparent` (W3C Trace Context, section 3.2).
    private static func trace(_ fields: FieldSection, _ bytes: Span<UInt8>) -> [UInt8]? {
        for field in fields
        where field.known == .other && bytes.equalsIgnoringCase(field.name, "traceparent") && field.value.count >= 55 {
            let id = bytes.copy(Slice(start: field.value.start + 3, end: field.value.start + 35))
            guard bytes[field.value.start + 2] == 0x2D, bytes[field.value.start + 35] == 0x2D,
                id.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) })
            else { return nil }
            return id
        }
        return nil
    }

    /// Appends the record as one line of JSON.
    func write(into out: inout ByteBuffer, code: String?, sent: Int, received: Int, tick: UInt64) {
        out.writeString("{\"at\":\"\(begun.at)\"")
        if let loan {
            out.writeString(",\"integration\":\"\(loan.integration.id)\",\"name\":")
            out.writeQuoted(loan.integration.name)
            out.writeString(",\"app\":\"\(loan.integration.app)\",\"account\":\"\(loan.integration.account)\"")
            out.writeString(",\"credential\":\"\(loan.integration.credential)\"")
            if loan.isWhole { out.writeString(",\"version\":\"\(loan.version.id)\"") }
        }
        out.writeStaticString(",\"method\":")
        out.writeQuoted(method.span)
        out.writeStaticString(",\"path\":")
        out.writeQuoted(String(decoding: path, as: UTF8.self))
        out.writeStaticString(",\"query\":[")
        for (index, name) in query.enumerated() {
            if index > 0 { out.writeStaticString(",") }
            out.writeQuoted(String(decoding: name, as: UTF8.self))
        }
        out.writeStaticString("]")
        if let providerStatus { out.writeString(",\"provider_status\":\(providerStatus)") }
        if let code { out.writeString(",\"code\":\"\(code)\"") }
        out.writeString(",\"sent_bytes\":\(sent),\"received_bytes\":\(received)")
        out.writeString(",\"duration_ms\":\(Self.milliseconds(tick &- begun.tick))")
        if let trace { out.writeString(",\"trace_id\":\"\(String(decoding: trace, as: UTF8.self))\"") }
        out.writeStaticString("}\n")
    }

    /// With three digits behind the point.
    private static func milliseconds(_ nanoseconds: UInt64) -> String {
        let (whole, rest) = (nanoseconds / 1_000_000, nanoseconds / 1000 % 1000)
        return "\(whole).\(rest / 100)\(rest / 10 % 10)\(rest % 10)"
    }
}
