// SPDX-License-Identifier: Apache-2.0

/// The field names that mean something to us; everything else is `other`.
@usableFromInline
package enum FieldName: UInt8, Sendable, CaseIterable {
    case host, connection, contentLength, transferEncoding, expect, te, trailer, upgrade, keepAlive,
        proxyConnection, proxyAuthorization, authorization, xAPIKey, cookie, setCookie, contentType, accept, date,
        via, xOriginalMethod, xOriginalURI, xForwardedMethod, xForwardedURI, xForwardedFor, xForwardedHost,
        xForwardedProto, forwarded, xRealIP, xHTTPMethodOverride, xHTTPMethod, xMethodOverride, xOriginalURL,
        xRewriteURL, wwwAuthenticate, proxyAuthenticate, authenticationInfo, proxyAuthenticationInfo, altSvc,
        location, retryAfter, userAgent, contentEncoding, acceptEncoding
    /// Any `x-bitting-…` field.
    case bitting
    case other

    /// Recognises a name whatever its case: by length, then by comparing the few candidates of that length.
    init(of name: Slice, in bytes: Span<UInt8>) {
        let known = bytes.candidate(name)
        let isOurs = known == .other && bytes.startsIgnoringCase(name, with: "x-bitting-")
        self = isOurs ? .bitting : known
    }
}

extension Span where Element == UInt8 {
    fileprivate func candidate(_ name: Slice) -> FieldName {
        switch name.count {
        case ..<11: shortName(name)
        case ..<16: middleName(name)
        default: longName(name)
        }
    }

    private func shortName(_ name: Slice) -> FieldName {
        switch name.count {
        case 2: only(name, .te, "te")
        case 3: only(name, .via, "via")
        case 4:
            equalsIgnoringCase(name, "host")
                ? .host
                : only(name, .date, "date")
        case 6:
            equalsIgnoringCase(name, "expect")
                ? .expect
                : equalsIgnoringCase(name, "cookie")
                    ? .cookie
                    : only(name, .accept, "accept")
        case 7:
            equalsIgnoringCase(name, "trailer")
                ? .trailer
                : equalsIgnoringCase(name, "upgrade")
                    ? .upgrade
                    : only(name, .altSvc, "alt-svc")
        case 8: only(name, .location, "location")
        case 9:
            equalsIgnoringCase(name, "x-api-key")
                ? .xAPIKey
                : equalsIgnoringCase(name, "forwarded")
                    ? .forwarded
                    : only(name, .xRealIP, "x-real-ip")
        case 10:
            equalsIgnoringCase(name, "connection")
                ? .connection
                : equalsIgnoringCase(name, "user-agent")
                    ? .userAgent
                    : equalsIgnoringCase(name, "keep-alive")
                        ? .keepAlive
                        : only(name, .setCookie, "set-cookie")
        default: .other
        }
    }

    private func middleName(_ name: Slice) -> FieldName {
        switch name.count {
        case 11: only(name, .retryAfter, "retry-after")
        case 12: only(name, .contentType, "content-type")
        case 13:
            equalsIgnoringCase(name, "authorization")
                ? .authorization
                : equalsIgnoringCase(name, "x-http-method")
                    ? .xHTTPMethod
                    : only(name, .xRewriteURL, "x-rewrite-url")
        case 14:
            equalsIgnoringCase(name, "content-length")
                ? .contentLength
                : equalsIgnoringCase(name, "x-original-uri")
                    ? .xOriginalURI
                    : only(name, .xOriginalURL, "x-original-url")
        case 15:
            equalsIgnoringCase(name, "accept-encoding")
                ? .acceptEncoding
                : equalsIgnoringCase(name, "x-forwarded-uri")
                    ? .xForwardedURI
                    : only(name, .xForwardedFor, "x-forwarded-for")
        default: .other
        }
    }

    private func longName(_ name: Slice) -> FieldName {
        switch name.count {
        case 16:
            equalsIgnoringCase(name, "proxy-connection")
                ? .proxyConnection
                : equalsIgnoringCase(name, "x-forwarded-host")
                    ? .xForwardedHost
                    : equalsIgnoringCase(name, "content-encoding")
                        ? .contentEncoding
                        : only(name, .wwwAuthenticate, "www-authenticate")
        case 17:
            equalsIgnoringCase(name, "transfer-encoding")
                ? .transferEncoding
                : equalsIgnoringCase(name, "x-original-method")
                    ? .xOriginalMethod
                    : equalsIgnoringCase(name, "x-forwarded-proto")
                        ? .xForwardedProto
                        : only(name, .xMethodOverride, "x-method-override")
        case 18:
            equalsIgnoringCase(name, "x-forwarded-method")
                ? .xForwardedMethod
                : only(name, .proxyAuthenticate, "proxy-authenticate")
        case 19:
            equalsIgnoringCase(name, "proxy-authorization")
                ? .proxyAuthorization
                : only(name, .authenticationInfo, "authentication-info")
        case 22: only(name, .xHTTPMethodOverride, "x-http-method-override")
        case 25: only(name, .proxyAuthenticationInfo, "proxy-authentication-info")
        default: .other
        }
    }

    private func only(_ name: Slice, _ known: FieldName, _ text: StaticString) -> FieldName {
        equalsIgnoringCase(name, text) ? known : .other
    }
}
