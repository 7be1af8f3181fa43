// SPDX-License-Identifier: Apache-2.0

package import NIOCore
package import Wire

/// Which fields of a lent call pass between the caller and the upstream. Everything not named here passes.
///
/// Framing and Host never pass: every message is framed anew, by us. The credential is set after this, so that a
/// `Connection: authorization` of the caller can only take away what the caller sent (RFC 9110 section 7.6.1).
package struct HeaderHygiene: Sendable {
    /// The names of the fields in which this provider expects its key, in lower case; may be none.
    private let credentialFields: [[UInt8]]
    private let asksPlain: Bool

    /// `credentialFields`: where the provider's own key goes, in any case. `asksPlain`: what codings the caller accepts
    /// is kept back, because another field asks for none.
    package init(credentialFields: [String], asksPlain: Bool = false) {
        self.credentialFields = credentialFields.map { Array($0.lowercased().utf8) }
        self.asksPlain = asksPlain
    }

    /// The same for one field, or none.
    package init(credentialField: String? = nil) {
        self.init(credentialFields: credentialField.map { [$0] } ?? [])
    }

    /// Appends the field lines of the caller that may leave, each with its CRLF. `bytes` begin with the head.
    package func forward(_ head: borrowing RequestHead, in bytes: ByteBuffer, into out: inout ByteBuffer) {
        Self.copy(head.fields, of: bytes, until: head.byteCount - 2, into: &out) { field, span in
            passes(field, of: head.fields, in: span)
        }
    }

    /// Appends the field lines of the upstream that may be handed on, each with its CRLF. `bytes` begin with the head.
    /// `decoded`: the content's coding was undone, and is not told of.
    package func forward(
        _ head: borrowing ResponseHead, in bytes: ByteBuffer, into out: inout ByteBuffer, decoded: Bool = false
    ) {
        Self.copy(head.fields, of: bytes, until: head.byteCount - 2, into: &out) { field, span in
            Self.comesBack(field, of: head.fields, in: span) && !(decoded && field.known == .contentEncoding)
        }
    }

    /// Whether a field of the caller's request may leave.
    private func passes(_ field: Field, of fields: FieldSection, in bytes: Span<UInt8>) -> Bool {
        switch field.known {
        case .connection, .keepAlive, .proxyConnection, .te, .trailer, .transferEncoding, .upgrade, .expect: false
        case .host, .contentLength: false
        case .authorization, .proxyAuthorization, .cookie, .xAPIKey, .bitting: false
        case .xHTTPMethodOverride, .xHTTPMethod, .xMethodOverride, .xOriginalMethod, .xOriginalURI, .xOriginalURL,
            .xRewriteURL:
            false
        case .xForwardedMethod, .xForwardedURI, .xForwardedFor, .xForwardedHost, .xForwardedProto, .forwarded, .xRealIP:
            false
        case .acceptEncoding: !asksPlain && passesUnlessNamed(field, of: fields, in: bytes)
        case .accept, .contentType, .contentEncoding, .date, .via, .location, .retryAfter, .userAgent:
            passesUnlessNamed(field, of: fields, in: bytes)
        // Fields of answers mean nothing in a request.
        case .setCookie, .wwwAuthenticate, .proxyAuthenticate, .authenticationInfo, .proxyAuthenticationInfo, .altSvc:
            false
        case .other:
            passesByPrefix(field.name, in: bytes) && passesUnlessNamed(field, of: fields, in: bytes)
        }
    }

    /// Whole families, and names with an underscore: gateways of the CGI kind read `X_Api_Key` as `X-Api-Key`.
    private func passesByPrefix(_ name: Wire.Slice, in bytes: Span<UInt8>) -> Bool {
        !bytes.startsIgnoringCase(name, with: "x-forwarded-")
            && !bytes.startsIgnoringCase(name, with: "x-original-")
            && !bytes.startsIgnoringCase(name, with: "x-rewrite-")
            && bytes.firstIndex(of: UInt8(ascii: "_"), in: name) == nil
    }

    private func passesUnlessNamed(_ field: Field, of fields: FieldSection, in bytes: Span<UInt8>) -> Bool {
        !isCredential(field.name, in: bytes) && !fields.isConnectionOption(field.name, in: bytes)
    }

    private func isCredential(_ name: Wire.Slice, in bytes: Span<UInt8>) -> Bool {
        credentialFields.contains { field in
            guard name.count == field.count else { return false }
            for index in 0..<name.count {
                let byte = bytes[name.start + index]
                let lower = (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
                if lower != field[index] { return false }
            }
            return true
        }
    }

    /// Whether a field of the upstream's answer may be handed on.
    private static func comesBack(_ field: Field, of fields: FieldSection, in bytes: Span<UInt8>) -> Bool {
        switch field.known {
        case .connection, .keepAlive, .proxyConnection, .te, .trailer, .transferEncoding, .upgrade, .contentLength:
            false
        case .setCookie, .wwwAuthenticate, .proxyAuthenticate, .authenticationInfo, .proxyAuthenticationInfo, .altSvc,
            .bitting:
            false
        case .host, .expect, .proxyAuthorization, .authorization, .xAPIKey, .cookie, .contentType, .accept, .date,
            .via, .xOriginalMethod, .xOriginalURI, .xForwardedMethod, .xForwardedURI, .xForwardedFor, .xForwardedHost,
            .xForwardedProto, .forwarded, .xRealIP, .xHTTPMethodOverride, .xHTTPMethod, .xMethodOverride, .xOriginalURL,
            .xRewriteURL, .location, .retryAfter, .userAgent, .contentEncoding, .acceptEncoding, .other:
            !bytes.equalsIgnoringCase(field.name, "set-cookie2")
                && !fields.isConnectionOption(field.name, in: bytes)
        }
    }

    /// Copies runs of neighbouring lines in one piece each.
    private static func copy(
        _ fields: FieldSection, of bytes: ByteBuffer, until end: Int, into out: inout ByteBuffer,
        where passes: (Field, Span<UInt8>) -> Bool
    ) {
        let span = bytes.readableBytesUInt8Span
        let raw = bytes.readableBytesSpan
        var start: Int?
        for field in fields {
            if passes(field, span) {
                start = start ?? field.name.start
            } else if let first = start {
                out.writeBytes(raw.extracting(first..<field.name.start))
                start = nil
            }
        }
        if let start { out.writeBytes(raw.extracting(start..<end)) }
    }
}
