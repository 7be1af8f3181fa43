// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Wire

@Suite("A field name")
struct FieldNameTests {
    static let spellings: [(String, FieldName)] = [
        ("host", .host), ("connection", .connection), ("content-length", .contentLength),
        ("transfer-encoding", .transferEncoding), ("expect", .expect), ("te", .te), ("trailer", .trailer),
        ("upgrade", .upgrade), ("keep-alive", .keepAlive), ("proxy-connection", .proxyConnection),
        ("proxy-authorization", .proxyAuthorization), ("authorization", .authorization), ("x-api-key", .xAPIKey),
        ("cookie", .cookie), ("set-cookie", .setCookie), ("content-type", .contentType), ("accept", .accept),
        ("date", .date), ("via", .via), ("x-original-method", .xOriginalMethod), ("x-original-uri", .xOriginalURI),
        ("x-forwarded-method", .xForwardedMethod), ("x-forwarded-uri", .xForwardedURI),
        ("x-forwarded-for", .xForwardedFor), ("x-forwarded-host", .xForwardedHost),
        ("x-forwarded-proto", .xForwardedProto), ("forwarded", .forwarded), ("x-real-ip", .xRealIP),
        ("x-http-method-override", .xHTTPMethodOverride), ("x-http-method", .xHTTPMethod),
        ("x-method-override", .xMethodOverride), ("x-original-url", .xOriginalURL), ("x-rewrite-url", .xRewriteURL),
        ("www-authenticate", .wwwAuthenticate), ("proxy-authenticate", .proxyAuthenticate),
        ("authentication-info", .authenticationInfo), ("proxy-authentication-info", .proxyAuthenticationInfo),
        ("alt-svc", .altSvc), ("location", .location), ("retry-after", .retryAfter), ("user-agent", .userAgent),
        ("content-encoding", .contentEncoding), ("accept-encoding", .acceptEncoding),
        ("x-bitting-key-id", .bitting),
        ("x-bitting-", .bitting), ("x-bitting", .other), ("x-other", .other),
    ]

    private func known(_ name: String) -> FieldName {
        let bytes = Array(name.utf8)
        return FieldName(of: Slice(start: 0, end: bytes.count), in: bytes.span)
    }

    @Test("is recognised in any case", arguments: spellings)
    func recognised(_ name: String, _ expected: FieldName) {
        #expect(known(name) == expected)
        #expect(known(name.uppercased()) == expected)
    }

    @Test("is not recognised with a byte changed or missing", arguments: spellings.filter { $0.1 != .bitting })
    func altered(_ name: String, _ expected: FieldName) {
        #expect(known("q" + name.dropFirst()) == .other)
        #expect(known(name.dropLast() + "~") == .other)
        #expect(known(name + "q") == .other)
        #expect(known(name.replacing("-", with: "_")) == (name.contains("-") ? .other : expected))
    }

    @Test("of every kind is in the table above, and each has its bit")
    func all() {
        #expect(Set(Self.spellings.map(\.1)) == Set(FieldName.allCases))
        #expect(FieldName.allCases.count <= 64)
    }
}
