// SPDX-License-Identifier: Apache-2.0
import Access
import TestKit
import Testing
import Wire

@testable import Tokens

/// When an identity counts; the issuer's clock may be a minute off.
@Suite struct ForeignTimeTests {
    private static func at(_ seconds: Int64) -> JSON { .integer(TestIssuer.seconds(seconds)) }

    static let table: [(KeyValuePairs<String, JSON?>, SignInRefusal?)] = [
        ([:], nil),
        (["exp": at(-59)], nil),
        (["exp": at(-60)], .tokenExpired),
        (["exp": at(-3600)], .tokenExpired),
        (["exp": 0], .tokenExpired),
        (["nbf": at(60)], nil),
        (["nbf": at(61)], .tokenNotYetValid),
        (["iat": at(60)], nil),
        (["iat": at(61)], .tokenNotYetValid),
        (["iat": at(-86_459), "exp": at(100_000)], nil),
        (["iat": at(-86_460), "exp": at(100_000)], .tokenTooOld),
        (["iat": at(0), "exp": at(90 * 86_400)], nil),
        (["iat": nil], nil),
        (["iat": nil, "exp": at(86_460)], nil),
        (["iat": nil, "exp": at(86_461)], .tokenTooOld),
        (["exp": .number(Double(TestIssuer.seconds(600)) + 0.5, text: "\(TestIssuer.seconds(600)).5")], nil),
    ]

    @Test(arguments: ForeignTimeTests.table.indices)
    func `each bound to the second`(_ row: Int) throws {
        let (changes, expected) = Self.table[row]
        let claims = try ForeignToken(TestIssuer().token(changes)).claims
        var refusal: SignInRefusal?
        do throws(SignInRefusal) { try claims.checkTime(at: FixedTime.start) } catch { refusal = error }
        #expect(refusal == expected)
        #expect(expected != nil || claims.end > FixedTime.start)
    }

    @Test func `what must be remembered of a used one ends within a day and two minutes`() throws {
        let claims = try ForeignToken(TestIssuer().token(["exp": Self.at(90 * 86_400)])).claims
        #expect(claims.end == FixedTime.start(plus: 86_400 + 60))
    }
}
