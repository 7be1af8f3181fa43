// SPDX-License-Identifier: Apache-2.0
import Secrets
import TestKit
import Testing
import Wire

@testable import Tokens

/// Which key of a set a token is held against.
@Suite struct ForeignKeySetTests {
    private let issuer = TestIssuer()
    private var unnamed: TestIssuer {
        var issuer = issuer
        issuer.keyID = nil
        return issuer
    }
    private static let point: JSON = [
        "kty": "EC", "crv": "P-256", "kid": "one", "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
        "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
    ]

    private func set(_ keys: JSON...) throws -> ForeignKeySet {
        try ForeignKeySet(Array((["keys": .array(keys)] as JSON).text.utf8))
    }

    private func refusal(_ set: ForeignKeySet, _ token: [UInt8]) throws -> SignInRefusal? {
        let token = try ForeignToken(token)
        do throws(SignInRefusal) {
            _ = try set.key(for: token)
            return nil
        } catch {
            return error
        }
    }

    @Test func `by name; without one only where there is no choice`() throws {
        let other = TestIssuer(seed: 2).jwk.with(["kid": "two"])
        #expect(try refusal(set(issuer.jwk, other), issuer.token()) == nil)
        #expect(try refusal(set(other), issuer.token()) == .keyUnknown)
        #expect(try refusal(set(issuer.jwk), unnamed.token()) == nil)
        #expect(try refusal(set(issuer.jwk, other), unnamed.token()) == .keyIDMissing)
        #expect(try refusal(set(), unnamed.token()) == .keyUnknown)
        #expect(try refusal(set(unnamed.jwk), issuer.token()) == .keyUnknown)
    }

    @Test func `a key of another kind, or for another algorithm, is not taken for it`() throws {
        #expect(try refusal(set(Self.point), issuer.token()) == .keyMismatch)
        #expect(try refusal(set(Self.point, issuer.jwk), issuer.token()) == nil)
        #expect(try refusal(set(issuer.jwk.with(["alg": "ES256"])), issuer.token()) == .keyMismatch)
        #expect(try refusal(set(issuer.jwk.with(["alg": "EdDSA"])), issuer.token()) == nil)
        #expect(try refusal(set(issuer.jwk, issuer.jwk), issuer.token()) == .keyMismatch)
        #expect(try refusal(set(Self.point.with(["kid": nil])), unnamed.token()) == .keyMismatch)
    }

    static let passedOver: [KeyValuePairs<String, JSON?>] = [
        ["use": "enc"], ["use": .null], ["key_ops": ["sign"]], ["key_ops": "verify"], ["kty": "oct"], ["kty": nil],
        ["kty": 1], ["crv": "Ed448"], ["crv": nil], ["x": nil], ["x": "AAAA"], ["x": "not base64!"], ["alg": 1],
        ["kid": 1],
    ]

    @Test(arguments: ForeignKeySetTests.passedOver.indices)
    func `what cannot check a signature is passed over`(_ row: Int) throws {
        #expect(try set(issuer.jwk.with(Self.passedOver[row])).entries.isEmpty)
    }

    @Test func `a shared secret in the set is none of its keys`() throws {
        let secret: JSON = ["kty": "oct", "kid": "one", "k": "c2VjcmV0", "alg": "HS256"]
        #expect(try refusal(set(secret), issuer.token()) == .keyUnknown)
    }

    @Test func `weak RSA is counted and not used`() throws {
        let modulus = Base64URL.text([UInt8](repeating: 0xC1, count: 128))
        let weak: JSON = ["kty": "RSA", "kid": "one", "n": .string(modulus), "e": "AQAB"]
        let read = try set(weak, issuer.jwk.with(["kid": "two"]))
        #expect(read.weak == 1)
        #expect(read.entries.count == 1)
    }

    @Test func `64 keys at the most`() throws {
        let keys = (0..<65).map { issuer.jwk.with(["kid": .string("\($0)")]) }
        let fits = try ForeignKeySet(Array((["keys": .array(Array(keys.prefix(64)))] as JSON).text.utf8))
        #expect(fits.entries.count == 64)
        #expect(throws: ForeignKeySet.Fault.tooMany) {
            try ForeignKeySet(Array((["keys": .array(keys)] as JSON).text.utf8))
        }
    }

    @Test(arguments: ["", "[]", "{}", #"{"keys":{}}"#, #"{"keys":[],"keys":[]}"#, "<html>", #"{"keys":[]} x"#])
    func `what is no set`(_ text: String) {
        #expect(throws: ForeignKeySet.Fault.unreadable) { try ForeignKeySet(Array(text.utf8)) }
    }
}
