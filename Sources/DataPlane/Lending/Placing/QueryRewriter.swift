// SPDX-License-Identifier: Apache-2.0
internal import HeldKeys
internal import NIOCore
internal import Wire

/// The query of a lent call: the caller's, without any parameter that could be a credential, and with ours.
enum QueryRewriter {
    /// Writes `?…` or nothing. False when the value lacks a part.
    static func write(
        _ query: Range<Int>?, _ bytes: Span<UInt8>, _ slots: [CredentialSlot], _ filling: borrowing Filling,
        into out: inout ByteBuffer
    ) -> Bool {
        var parameters: [(name: String, format: SlotFormat)] = []
        for case .query(let name, let format) in slots { parameters.append((name, format)) }
        guard !parameters.isEmpty else {
            guard let query else { return true }
            out.writeStaticString("?")
            for position in query { out.writeInteger(bytes[position]) }
            return true
        }
        out.writeStaticString("?")
        if let query {
            forEachParameter(query, bytes) { whole, _, _ in
                guard !parameters.contains(where: { isCredential(whole, $0.name, bytes) }) else { return }
                for position in whole.start..<whole.end { out.writeInteger(bytes[position]) }
                out.writeStaticString("&")
            }
        }
        for (index, parameter) in parameters.enumerated() {
            if index > 0 { out.writeStaticString("&") }
            out.writeString(parameter.name)
            out.writeStaticString("=")
            let isWhole = filling.runs(of: parameter.format) { span in
                for position in 0..<span.count { percent(span[position], into: &out) }
            }
            guard isWhole else { return false }
        }
        return true
    }

    /// The parameters, decoded; nil where one cannot be read.
    static func parameters(_ query: Range<Int>?, _ bytes: Span<UInt8>) -> [QueryParameter]? {
        guard let query else { return [] }
        var parameters: [QueryParameter]? = []
        forEachParameter(query, bytes) { whole, name, value in
            guard bytes.firstIndex(of: 0x3B, in: whole) == nil, let name = QueryText.decode(bytes, name),
                let value = value.map({ QueryText.decode(bytes, $0) }) ?? .some([])
            else {
                parameters = nil
                return
            }
            parameters?.append(QueryParameter(name: name, value: value))
        }
        return parameters
    }

    /// Gives each parameter: the whole of it, its name, its value.
    static func forEachParameter(_ query: Range<Int>, _ bytes: Span<UInt8>, _ body: (Slice, Slice, Slice?) -> Void) {
        var start = query.lowerBound
        while start <= query.upperBound, start < query.upperBound {
            let end = bytes.firstIndex(of: 0x26, in: Slice(start: start, end: query.upperBound)) ?? query.upperBound
            let whole = Slice(start: start, end: end)
            if let equals = bytes.firstIndex(of: 0x3D, in: whole) {
                body(whole, Slice(start: start, end: equals), Slice(start: equals + 1, end: end))
            } else if !whole.isEmpty {
                body(whole, whole, nil)
            }
            start = end + 1
        }
    }

    /// Whether a parameter has the credential's name, in any case and however it is written; also behind a `;`, which
    /// some servers split at.
    ///
    /// Names are compared as the most forgiving servers read them: broken escapes stand for themselves, leading
    /// spaces and what follows a NUL are dropped, `.`, space and `[` are `_`, and `name[…]` is `name`.
    static func isCredential(_ whole: Slice, _ name: String, _ bytes: Span<UInt8>) -> Bool {
        let wanted = Array(name.utf8).map(folded)
        return QueryText.forgivinglyDecoded(bytes, whole).split(separator: 0x3B).contains { part in
            let named = part.prefix { $0 != 0x3D && $0 != 0 }.drop { $0 == 0x20 }
            return named.map(folded) == wanted || named.prefix { $0 != 0x5B }.map(folded) == wanted
        }
    }

    private static func folded(_ byte: UInt8) -> UInt8 {
        switch byte {
        case 0x41...0x5A: byte | 0x20
        case 0x20, 0x2E, 0x5B: 0x5F
        default: byte
        }
    }

    private static let hexadecimal = Array("0123456789ABCDEF".utf8)

    static func percent(_ byte: UInt8, into out: inout ByteBuffer) {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E: out.writeInteger(byte)
        default:
            out.writeInteger(UInt8(ascii: "%"))
            out.writeInteger(hexadecimal[Int(byte >> 4)])
            out.writeInteger(hexadecimal[Int(byte & 15)])
        }
    }
}
