// SPDX-License-Identifier: Apache-2.0
import Access
import Synchronization
import TestKit
import Testing
import Wire

@testable import Tokens

/// How the keys of issuers are had: by discovery, once, and again when they changed.
@Suite struct IssuerKeysTests {
    /// The web as one issuer makes it: documents by address, and what was asked for.
    final class Web: Sendable {
        struct State {
            var documents: [String: String] = [:]
            var headers: (etag: String?, cacheControl: String?)
            var asked: [WebRequest] = []
            var reports: [String] = []
        }
        let state = Mutex(State(headers: (nil, nil)))
        static let discovery = "https://issuer.example/.well-known/openid-configuration"
        static let keys = "https://issuer.example/keys"

        init(_ issuer: TestIssuer) {
            set(Self.discovery, #"{"issuer":"https://issuer.example","jwks_uri":"\#(Self.keys)"}"#)
            set(Self.keys, issuer.keySet.text)
        }

        func set(_ url: String, _ text: String?) { state.withLock { $0.documents[url] = text } }
        var asked: [String] { state.withLock { $0.asked.map(\.url) } }
        var reports: [String] { state.withLock { $0.reports } }

        func get(_ request: WebRequest) async throws(WebFault) -> WebDocument {
            await Task.yield()
            let (text, headers) = state.withLock { state in
                state.asked.append(request)
                return (state.documents[request.url], state.headers)
            }
            guard let text else { throw WebFault("it answered with 404") }
            let isUnchanged = request.etag != nil && request.etag == headers.etag
            return WebDocument(
                isUnchanged: isUnchanged, body: isUnchanged ? [] : Array(text.utf8), etag: headers.etag,
                cacheControl: headers.cacheControl)
        }

        func issuerKeys() -> IssuerKeys {
            IssuerKeys(fetch: { request throws(WebFault) in try await self.get(request) }) { _, reason in
                self.state.withLock { $0.reports.append(reason) }
            }
        }
    }

    private func refusal(
        _ keys: IssuerKeys, _ token: [UInt8], _ place: KeyPlace = KeyPlace(), at seconds: Int64 = 0
    ) async throws -> SignInRefusal? {
        let token = try ForeignToken(token)
        do throws(SignInRefusal) {
            try await keys.check(token, keys: place, at: FixedTime.start(plus: seconds))
            return nil
        } catch {
            return error
        }
    }

    @Test func `by discovery, once for many tokens`() async throws {
        let issuer = TestIssuer()
        let web = Web(issuer)
        let keys = web.issuerKeys()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<50 {
                group.addTask { #expect((try? await self.refusal(keys, issuer.token())) == .some(nil)) }
            }
        }
        #expect(web.asked == [Web.discovery, Web.keys])
    }

    @Test func `a signature by another key of the same name is refused`() async throws {
        let keys = Web(TestIssuer()).issuerKeys()
        #expect(try await refusal(keys, TestIssuer(seed: 2).token()) == .signatureInvalid)
    }

    @Test func `a changed payload is refused`() async throws {
        let issuer = TestIssuer()
        let parts = issuer.token().split(separator: UInt8(ascii: "."))
        let other = issuer.token(["repository": "acme/bank"]).split(separator: UInt8(ascii: "."))
        let mixed = Array([parts[0], other[1], parts[2]].joined(separator: [UInt8(ascii: ".")]))
        #expect(try await refusal(Web(issuer).issuerKeys(), mixed) == .signatureInvalid)
    }

    @Test func `an unknown name asks again, at most once a minute`() async throws {
        let issuer = TestIssuer()
        var next = TestIssuer(seed: 2)
        next.keyID = "two"
        let web = Web(issuer)
        let keys = web.issuerKeys()
        #expect(try await refusal(keys, issuer.token()) == nil)
        web.set(Web.keys, next.keySet.text)
        #expect(try await refusal(keys, next.token(), at: 59) == .keyUnknown)
        #expect(web.asked.count == 2)
        #expect(try await refusal(keys, next.token(), at: 60) == nil)
        #expect(web.asked.count == 4)
        #expect(try await refusal(keys, issuer.token(), at: 61) == .keyUnknown)
        #expect(web.asked.count == 4)
    }

    @Test func `a tag spares the document`() async throws {
        let issuer = TestIssuer()
        let web = Web(issuer)
        web.state.withLock { $0.headers = ("\"v1\"", "max-age=600") }
        let keys = web.issuerKeys()
        #expect(try await refusal(keys, issuer.token()) == nil)
        #expect(try await refusal(keys, issuer.token(), at: 599) == nil)
        #expect(web.asked.count == 2)
        #expect(try await refusal(keys, issuer.token(), at: 600) == nil)
        #expect(web.state.withLock { $0.asked.last?.etag } == "\"v1\"")
        #expect(try await refusal(keys, issuer.token(), at: 1199) == nil)
        #expect(web.asked.count == 4)
    }

    @Test func `the last good set is used while the issuer cannot be asked`() async throws {
        let issuer = TestIssuer()
        let web = Web(issuer)
        let keys = web.issuerKeys()
        #expect(try await refusal(keys, issuer.token()) == nil)
        web.set(Web.keys, nil)
        #expect(try await refusal(keys, issuer.token(), at: 3600) == nil)
        #expect(web.reports == ["it answered with 404"])
        #expect(try await refusal(keys, issuer.token(), at: 3600 + 86_400) == .keysUnavailable)
    }

    @Test func `a set that is none is not taken for an empty one`() async throws {
        let issuer = TestIssuer()
        let web = Web(issuer)
        let keys = web.issuerKeys()
        #expect(try await refusal(keys, issuer.token()) == nil)
        web.set(Web.keys, "<html>maintenance</html>")
        #expect(try await refusal(keys, issuer.token(), at: 3600) == nil)
        #expect(web.reports == ["its key set is no JWK Set"])
    }

    static let lies = [
        #"{"issuer":"https://issuer.example/","jwks_uri":"https://issuer.example/keys"}"#,
        #"{"issuer":"https://other.example","jwks_uri":"https://issuer.example/keys"}"#,
        #"{"jwks_uri":"https://issuer.example/keys"}"#,
        #"{"issuer":"https://issuer.example"}"#,
        #"{"issuer":"https://issuer.example","jwks_uri":"http://issuer.example/keys"}"#,
        #"{"issuer":"https://issuer.example","jwks_uri":"file:///etc/passwd"}"#,
        #"{"issuer":"https://issuer.example","jwks_uri":"https://user@issuer.example/keys"}"#,
        "[]", "",
    ]

    @Test(arguments: IssuerKeysTests.lies)
    func `a discovery document about another, or without a good address, is not followed`(_ text: String) async throws {
        let issuer = TestIssuer()
        let web = Web(issuer)
        web.set(Web.discovery, text)
        let keys = web.issuerKeys()
        #expect(try await refusal(keys, issuer.token()) == .keysUnavailable)
        #expect(web.asked == [Web.discovery])
        #expect(try await refusal(keys, issuer.token(), at: 1) == .keysUnavailable)
        #expect(web.asked == [Web.discovery])
    }

    @Test func `pinned keys need nobody, an address only itself`() async throws {
        let issuer = TestIssuer()
        let web = Web(issuer)
        let keys = web.issuerKeys()
        #expect(try await refusal(keys, issuer.token(), KeyPlace(.pinned(issuer.keySet.text))) == nil)
        #expect(web.asked.isEmpty)
        #expect(try await refusal(keys, issuer.token(), KeyPlace(.address(Web.keys))) == nil)
        #expect(web.asked == [Web.keys])
    }

    @Test func `an issuer with a slash at the end is asked without two`() {
        #expect(IssuerURL.discovery(of: "https://i.example/") == "https://i.example/.well-known/openid-configuration")
        #expect(
            IssuerURL.discovery(of: "https://i.example/a") == "https://i.example/a/.well-known/openid-configuration")
    }

    static let addresses: [(String, Bool)] = [
        ("https://issuer.example", true), ("https://issuer.example/", true), ("https://issuer.example:8443/a/b", true),
        ("http://127.0.0.1:8080", true), ("http://[::1]:8080/x", true), ("http://issuer.example", false),
        ("http://127.0.0.1.evil.example", false), ("http://127.0.0.1@evil.example", false), ("http://localhost", false),
        ("https://issuer.example?x=1", false), ("https://issuer.example#f", false), ("https://u@issuer.example", false),
        ("ftp://issuer.example", false), ("issuer.example", false), ("https://", false), ("https:///x", false),
        ("https://issuer.example/\u{E9}", false), ("https://issuer example", false),
        ("https://" + String(repeating: "a", count: 505), false),
    ]

    @Test(arguments: IssuerKeysTests.addresses)
    func `what may be an issuer`(_ text: String, _ expected: Bool) { #expect(IssuerURL.isGood(text) == expected) }
}
