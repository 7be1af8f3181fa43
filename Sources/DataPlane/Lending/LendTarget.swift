// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import HeldKeys
internal import NIOCore
internal import Wire

/// What a lent request asks for, as ranges of its message: `/lend/{integration}{path}?query`, or on a connection with
/// a host entrance just `{path}?query`.
struct LendTarget {
    /// Nil where the connection says which.
    let integration: Range<Int>?
    /// From the slash after the integration's name; canonical only after it was read. Empty where nothing follows the
    /// name, which means the path `/`.
    let path: Range<Int>
    /// The whole path, as it stands in the request.
    let whole: Range<Int>
    let query: Range<Int>?

    /// Reads a target; nil for one that is not canonical.
    init?(_ target: Slice, _ bytes: Span<UInt8>, _ entrance: HostEntrance?) {
        whole = OriginalCall.withoutQuery(target.start..<target.end, bytes)
        query = whole.upperBound < target.end ? (whole.upperBound + 1)..<target.end : nil
        guard bytes.firstIndex(of: 0x23, in: target) == nil, CanonicalPath.read(bytes, whole) != .refused else {
            return nil
        }
        guard entrance == nil else {
            integration = nil
            path = whole
            return
        }
        // `/lend` alone names nothing.
        guard whole.count > 6 else { return nil }
        let name = Slice(start: whole.lowerBound + 6, end: whole.upperBound)
        let slash = bytes.firstIndex(of: 0x2F, in: name) ?? name.end
        guard slash > name.start, slash - name.start <= 64 else { return nil }
        for position in name.start..<slash where bytes[position] == 0x25 { return nil }
        integration = name.start..<slash
        path = slash..<whole.upperBound
    }

    /// Of a call that is not lent, and asks what could be: no part of its path is the provider's.
    init(card target: Slice, _ bytes: Span<UInt8>) {
        whole = OriginalCall.withoutQuery(target.start..<target.end, bytes)
        query = whole.upperBound < target.end ? (whole.upperBound + 1)..<target.end : nil
        integration = nil
        path = whole.upperBound..<whole.upperBound
    }

    /// How the call names its integration.
    func choice(_ bytes: Span<UInt8>, _ entrance: HostEntrance?) -> Lending.Choice {
        if let entrance { return .name(entrance.integration) }
        guard let integration else { return .name([]) }
        return .name(bytes.copy(Slice(start: integration.lowerBound, end: integration.upperBound)))
    }
}
