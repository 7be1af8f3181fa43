// SPDX-License-Identifier: Apache-2.0
import Access
import Secrets
import TestKit
import Testing
import Wire

@testable import Tokens

/// Whatever could be read in two ways, or is not understood, is refused before any key is looked for.
@Suite struct ForeignTokenTests {
    private let issuer = TestIssuer()

    private func refusal(_ token: [UInt8]) -> SignInRefusal? {
        do throws(SignInRefusal) {
            _ = try ForeignToken(token)
            return nil
        } catch {
            return error
        }
    }

    private func refusal(_ text: String) -> SignInRefusal? { refusal(Array(text.utf8)) }

    @Test func `a good token is read as it was written`() throws {
        let token = try ForeignToken(issuer.token())
        #expect(token.algorithm == .edDSA)
        #expect(token.keyID == "one")
        #expect(token.claims.issuer == issuer.name)
        #expect(token.claims.audiences == ["bitting"])
        #expect(token.claims.expiresAt == FixedTime.start(plus: 600))
        #expect(issuer.key.verifying.accepts(token.signature, of: token.signed))
    }

    @Test(arguments: [
        "none", "None", "NONE", "HS256", "HS384", "HS512", "ES512", "PS384", "RS1", "RSA-OAEP", "dir", "",
    ])
    func `no other algorithm is taken`(_ name: String) {
        let header = issuer.header.with(["alg": .string(name)])
        #expect(refusal(issuer.token(header: header)) == .algorithmRefused)
    }

    static let badHeaders: [(String, JSON?)] = [
        ("alg", nil), ("alg", .null), ("alg", ["EdDSA"]), ("crit", ["exp"]), ("crit", []), ("crit", .null), ("kid", 1),
        ("kid", ""), ("kid", .string(String(repeating: "k", count: 257))),
    ]

    @Test(arguments: ForeignTokenTests.badHeaders)
    func `a header that is not as it must be is refused`(_ name: String, _ value: JSON?) {
        let header = issuer.header.with(KeyValuePairs(dictionaryLiteral: (name, value)))
        #expect(refusal(issuer.token(header: header)) == .tokenMalformed)
    }

    @Test func `a key or its address in the header changes nothing`() throws {
        let other = TestIssuer(seed: 2)
        let header = issuer.header.with([
            "jwk": other.jwk, "jku": "https://evil.example/keys", "x5u": "https://evil.example/c", "x5c": ["AA"],
        ])
        #expect(try ForeignToken(issuer.token(header: header)).keyID == "one")
    }

    static let badClaims: [(String, JSON?)] = [
        ("iss", nil), ("iss", 1), ("iss", ""), ("aud", nil), ("aud", []), ("aud", [1]), ("aud", ["a", .null]),
        ("aud", .array((0...64).map { .string("\($0)") })), ("exp", nil), ("exp", "1769850600"), ("exp", .null),
        ("exp", -1), ("exp", 253_402_300_800), ("nbf", "soon"), ("iat", true), ("iat", []),
    ]

    @Test(arguments: ForeignTokenTests.badClaims)
    func `claims that must be there, and of their kind`(_ name: String, _ value: JSON?) {
        #expect(refusal(issuer.token(KeyValuePairs(dictionaryLiteral: (name, value)))) == .tokenMalformed)
    }

    @Test func `no name twice, in header, payload or below`() {
        let payload = String(issuer.claims.text.dropLast())
        let header = String(issuer.header.text.dropLast())
        #expect(refusal(issuer.token(payload: payload + #","iss":"x"}"#, header: header + "}")) == .tokenMalformed)
        #expect(refusal(issuer.token(payload: payload + #","\u0061ud":"x"}"#, header: header + "}")) == .tokenMalformed)
        #expect(
            refusal(issuer.token(payload: payload + #","o":{"a":1,"a":2}}"#, header: header + "}")) == .tokenMalformed)
        #expect(refusal(issuer.token(payload: payload + "}", header: header + #","alg":"EdDSA"}"#)) == .tokenMalformed)
        #expect(refusal(issuer.token(payload: payload + "}", header: header + "}")) == nil)
    }

    @Test func `only three parts, each in its one spelling`() {
        let good = String(decoding: issuer.token(), as: UTF8.self)
        let parts = good.split(separator: ".").map(String.init)
        for bad in [
            "", ".", "..", "...", "a.b.c", parts[0], parts[0] + "." + parts[1], parts[0] + "." + parts[1] + ".",
            good + ".", good + ".x.y", "." + good, good + "=", good + "\n", " " + good,
            parts[0] + "=." + parts[1] + "." + parts[2], parts[0] + ".." + parts[2],
            good.replacing("_", with: "/").replacing("-", with: "+") + "/",
        ] { #expect(refusal(bad) == .tokenMalformed, "\(bad.count) bytes") }
        #expect(refusal(issuer.token(payload: "[]", header: issuer.header.text)) == .tokenMalformed)
        #expect(refusal(issuer.token(payload: "{", header: issuer.header.text)) == .tokenMalformed)
        #expect(refusal(issuer.token(payload: issuer.claims.text, header: "1")) == .tokenMalformed)
        #expect(refusal([0xFF, 0x2E, 0xFF, 0x2E, 0xFF]) == .tokenMalformed)
    }

    @Test func `no more than 16384 bytes`() {
        let long = issuer.token(["more": .string(String(repeating: "x", count: 16_384))])
        #expect(refusal(long) == .tokenTooLong)
        #expect(refusal(issuer.token(["more": .string(String(repeating: "x", count: 8000))])) == nil)
    }

    @Test func `bytes at random end in a refusal, never in a crash`() {
        var random = Seeded(5)
        let good = issuer.token()
        for _ in 0..<2000 {
            var bent = good
            for _ in 0...random.below(4) { bent[random.below(bent.count)] = UInt8(truncatingIfNeeded: random.next()) }
            if random.below(3) == 0 { bent.removeLast(random.below(bent.count)) }
            guard let token = try? ForeignToken(bent) else { continue }
            let isWhole = token.signed.elementsEqual(good.prefix(token.signed.count))
            #expect(isWhole || !issuer.key.verifying.accepts(token.signature, of: token.signed))
        }
    }
}
