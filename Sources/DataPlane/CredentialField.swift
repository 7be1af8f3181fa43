// SPDX-License-Identifier: Apache-2.0
internal import HeldKeys
internal import NIOCore
internal import Secrets
internal import Wire

/// Puts a held value where the provider wants it, straight into the outgoing bytes.
enum CredentialField {
    /// The header field of a provider that takes its key in one; nothing for a query parameter.
    static func write(_ slot: CredentialSlot, _ value: borrowing Secret, into out: inout ByteBuffer) {
        switch slot {
        case .header(let name, let format):
            out.writeString(name)
            out.writeStaticString(": ")
            out.writeBytes(format.before)
            value.revealing { span in
                for position in 0..<span.count { out.writeInteger(span[position]) }
            }
            out.writeBytes(format.after)
            out.writeStaticString("\r\n")
        case .basic(let format):
            var pair = format.before
            value.revealing { span in
                for position in 0..<span.count { pair.append(span[position]) }
            }
            pair.append(contentsOf: format.after)
            var encoded: [UInt8] = []
            Base64.encode(pair, into: &encoded)
            out.writeStaticString("Authorization: Basic ")
            out.writeBytes(encoded)
            out.writeStaticString("\r\n")
            Secret.wipe(&pair)
            Secret.wipe(&encoded)
        case .query: break
        }
    }
}

/// The query of a lent call: the caller's, without any parameter that could be a credential, and with ours.
enum QueryRewriter {
    /// Writes `?…` or nothing.
    static func write(
        _ query: Range<Int>?, _ bytes: Span<UInt8>, _ slot: CredentialSlot, _ value: borrowing Secret,
        into out: inout ByteBuffer
    ) {
        guard case .query(let name, let format) = slot else {
            guard let query else { return }
            out.writeStaticString("?")
            for position in query { out.writeInteger(bytes[position]) }
            return
        }
        out.writeStaticString("?")
        if let query {
            forEachParameter(query, bytes) { whole, _, _ in
                guard !isCredential(whole, name, bytes) else { return }
                for position in whole.start..<whole.end { out.writeInteger(bytes[position]) }
                out.writeStaticString("&")
            }
        }
        out.writeString(name)
        out.writeStaticString("=")
        for byte in format.before { percent(byte, into: &out) }
        value.revealing { span in
            for position in 0..<span.count { percent(span[position], into: &out) }
        }
        for byte in format.after { percent(byte, into: &out) }
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
    private static func isCredential(_ whole: Slice, _ name: String, _ bytes: Span<UInt8>) -> Bool {
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

    private static func percent(_ byte: UInt8, into out: inout ByteBuffer) {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E: out.writeInteger(byte)
        default:
            out.writeInteger(UInt8(ascii: "%"))
            out.writeInteger(hexadecimal[Int(byte >> 4)])
            out.writeInteger(hexadecimal[Int(byte & 15)])
        }
    }
}
