// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import Wire

/// The call that a gateway asks about: method, path and address as it reports them.
///
/// Only from trusted peers, and from whoever may open the Unix socket; such a peer is nil. A report that is contradictory or given twice counts as unknown, and unknown is refused
/// where a key restricts it.
struct OriginalCall {
    var method: Range<Int>?
    var path: Range<Int>?
    /// The query behind the path; nil when there is none.
    var query: Range<Int>?
    var address: IPAddress?

    /// - Parameter rest: what follows `/v1/authorize` in the target when the gateway appends the original path to it
    ///   (Envoy); nil when nothing does.
    static func read(
        _ head: borrowing RequestHead, rest: Range<Int>?, _ bytes: Span<UInt8>, peer: IPAddress?,
        trusting trusted: [AddressRange]
    ) -> OriginalCall {
        var call = OriginalCall()
        if let peer, !trusted.contains(where: { $0.contains(peer) }) {
            call.address = peer
            if let rest {
                call.method = head.method.start..<head.method.end
                call.split(rest, bytes)
            }
            return call
        }
        var reports = Reports()
        for field in head.fields { reports.note(field) }
        if let rest {
            // What the gateway appended is the call; a report beside it can only be the client's own unless it says
            // the same.
            if !reports.contradict(method: head.method, target: rest, bytes) {
                call.method = head.method.start..<head.method.end
                call.split(rest, bytes)
            }
        } else if reports.isAny {
            call.method = reports.agreed(reports.originalMethod, reports.forwardedMethod, reports.repeatsMethod, bytes)
            if let target = reports.agreed(reports.originalURI, reports.forwardedURI, reports.repeatsURI, bytes),
                let local = withoutAuthority(target, bytes)
            {
                call.split(local, bytes)
            }
        }
        if let list = reports.forwardedFor {
            call.address = reports.repeatsFor ? nil : client(list, bytes, trusting: trusted)
        } else if !reports.isAny, rest == nil {
            call.address = peer
        }
        return call
    }

    private struct Reports {
        var originalMethod: Slice?
        var originalURI: Slice?
        var forwardedMethod: Slice?
        var forwardedURI: Slice?
        var forwardedFor: Slice?
        var repeatsMethod = false
        var repeatsURI = false
        var repeatsFor = false

        var isAny: Bool { originalMethod != nil || originalURI != nil || forwardedMethod != nil || forwardedURI != nil }

        @inline(__always)
        mutating func note(_ field: Field) {
            switch field.known {
            case .xOriginalMethod:
                repeatsMethod = repeatsMethod || originalMethod != nil
                originalMethod = field.value
            case .xOriginalURI:
                repeatsURI = repeatsURI || originalURI != nil
                originalURI = field.value
            case .xForwardedMethod:
                repeatsMethod = repeatsMethod || forwardedMethod != nil
                forwardedMethod = field.value
            case .xForwardedURI:
                repeatsURI = repeatsURI || forwardedURI != nil
                forwardedURI = field.value
            case .xForwardedFor:
                repeatsFor = repeatsFor || forwardedFor != nil
                forwardedFor = field.value
            default: break
            }
        }

        /// Whether a report says otherwise than what the gateway appended.
        func contradict(method: Slice, target: Range<Int>, _ bytes: Span<UInt8>) -> Bool {
            let target = Slice(start: target.lowerBound, end: target.upperBound)
            func differs(_ report: Slice?, from said: Slice) -> Bool { report.map { !bytes.equals($0, said) } ?? false }
            return repeatsMethod || repeatsURI || differs(originalMethod, from: method)
                || differs(forwardedMethod, from: method)
                || differs(originalURI, from: target) || differs(forwardedURI, from: target)
        }

        func agreed(_ original: Slice?, _ forwarded: Slice?, _ repeats: Bool, _ bytes: Span<UInt8>) -> Range<Int>? {
            guard !repeats else { return nil }
            if let original, let forwarded, !bytes.equals(original, forwarded) { return nil }
            return (original ?? forwarded).map { $0.start..<$0.end }
        }
    }

    private mutating func split(_ target: Range<Int>, _ bytes: Span<UInt8>) {
        let found = Self.withoutQuery(target, bytes)
        path = found
        query = found.upperBound < target.upperBound ? (found.upperBound + 1)..<target.upperBound : nil
    }

    /// A reported target from its path on. Some gateways report an absolute URI.
    private static func withoutAuthority(_ target: Range<Int>, _ bytes: Span<UInt8>) -> Range<Int>? {
        guard !target.isEmpty else { return nil }
        if bytes[target.lowerBound] == 0x2F { return target }
        guard let colon = bytes.firstIndex(of: 0x3A, in: Slice(start: target.lowerBound, end: target.upperBound)),
            colon + 2 < target.upperBound, bytes[colon + 1] == 0x2F, bytes[colon + 2] == 0x2F,
            let slash = bytes.firstIndex(of: 0x2F, in: Slice(start: colon + 3, end: target.upperBound))
        else { return nil }
        return slash..<target.upperBound
    }

    static func withoutQuery(_ target: Range<Int>, _ bytes: Span<UInt8>) -> Range<Int> {
        let mark = bytes.firstIndex(of: 0x3F, in: Slice(start: target.lowerBound, end: target.upperBound))
        return target.lowerBound..<(mark ?? target.upperBound)
    }

    /// The right-most address that is not a trusted peer's own: what stands further left was written by whoever
    /// called it.
    static func client(_ list: Slice, _ bytes: Span<UInt8>, trusting trusted: [AddressRange]) -> IPAddress? {
        var end = list.end
        var last: IPAddress?
        while end > list.start {
            var start = end
            while start > list.start, bytes[start - 1] != 0x2C { start -= 1 }
            let item = bytes.trimmed(Slice(start: start, end: end))
            guard let address = IPAddress(bytes: bytes.extracting(item.start..<item.end)) else { return nil }
            last = address
            guard trusted.contains(where: { $0.contains(address) }) else { return address }
            end = start - 1
        }
        return last
    }
}
