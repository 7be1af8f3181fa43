// SPDX-License-Identifier: Apache-2.0
import BittingClient
import Testing
import Wire

@Suite("What a server answers by a verification")
struct RefusedCallTests {
    private static func verification(_ members: String) throws -> Verification {
        try Verification(reading: Response(status: 200, body: Array("{\(members)}".utf8)))
    }

    @Test(
        "a refusal has the status and challenge of its code",
        arguments: [
            ("malformed", 401, "unknown", "invalid_token"), ("unknown", 401, "unknown", "invalid_token"),
            ("revoked", 401, "revoked", "invalid_token"), ("disabled", 401, "disabled", "invalid_token"),
            ("expired", 401, "expired", "invalid_token"), ("locked", 401, "locked", "invalid_token"),
            ("address_denied", 403, "address_denied", nil), ("route_denied", 403, "route_denied", nil),
            ("insufficient_scope", 403, "insufficient_scope", "insufficient_scope"),
            ("rate_limited", 429, "rate_limited", nil), ("quota_exceeded", 429, "quota_exceeded", nil),
            ("something_new", 401, "unknown", "invalid_token"),
        ])
    func refusal(_ code: String, _ status: Int, _ shown: String, _ challenge: String?) throws {
        let refusal = try #require(try Self.verification(#""valid":false,"code":"\#(code)""#).refusal)
        #expect(refusal.status == status && refusal.code == shown)
        let fields = Dictionary(uniqueKeysWithValues: refusal.fields.map { ($0.name, $0.value) })
        #expect(fields["content-type"] == "application/problem+json")
        #expect(fields["www-authenticate"] == challenge.map { #"Bearer realm="bitting", error="\#($0)""# })
        let body = try JSON.parse(refusal.body)
        #expect(body["status"]?.asInteger == Int64(status) && body["code"]?.asString == shown)
        #expect(body["fix"]?.asString?.isEmpty == false)
    }

    @Test("a limited key learns when to come back, and which limit stands in its way")
    func limited() throws {
        let refusal = try #require(
            try Self.verification(
                #""valid":false,"code":"rate_limited","limits":[{"name":"burst","limit":5,"remaining":0,"reset_after":"9s"},"#
                    + #"{"name":"day","limit":50,"remaining":7,"reset_after":"99s"}],"retry_after":"3s""#
            ).refusal)
        let fields = Dictionary(uniqueKeysWithValues: refusal.fields.map { ($0.name, $0.value) })
        #expect(fields["retry-after"] == "3")
        #expect(fields["ratelimit-policy"] == #""burst";q=5, "day";q=50"#)
        #expect(fields["ratelimit"] == #""burst";r=0;t=9, "day";r=7;t=99"#)
        let body = try JSON.parse(refusal.body)
        #expect(body["violated-policies"] == ["burst"])
        #expect(body["type"] == "https://iana.org/assignments/http-problem-types#quota-exceeded")
    }

    @Test("a replaced secret is told since when and until when")
    func retiring() throws {
        let fields = try Self.verification(
            #""valid":true,"code":"valid","secret":"retiring","retiring_since":"2026-01-31T09:00:00.000Z","#
                + #""grace_expires_at":"2026-02-01T09:00:00.000Z","quota":{"of":"app","amount":9,"remaining":4,"refills_at":null}"#
        ).fields
        #expect(fields.map(\.name) == ["ratelimit-policy", "ratelimit", "deprecation", "sunset"])
        #expect(
            fields.map(\.value) == [
                #""quota:app";q=9"#, #""quota:app";r=4"#, "@1769850000", "Sun, 01 Feb 2026 09:00:00 GMT",
            ])
    }

    @Test("a good key with a current secret and no limits adds nothing")
    func plain() throws {
        let verification = try Self.verification(#""valid":true,"code":"valid","secret":"current""#)
        #expect(verification.refusal == nil && verification.fields.isEmpty)
    }
}
