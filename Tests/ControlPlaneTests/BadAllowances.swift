// SPDX-License-Identifier: Apache-2.0

/// Wrong limits and quotas: what is sent, the code of the refusal, and where it points below the field.
enum BadAllowances {
    typealias Case = (value: String, code: String, pointer: String)

    static let limits: [Case] =
        [
            (#"{"name":"a","limit":1,"per":"1m"}"#, "wrong_type", ""), (#""100/1m""#, "wrong_type", ""),
            ("[7]", "wrong_type", "/0"), (#"[{"limit":1,"per":"1m"}]"#, "missing_field", "/0/name"),
            (#"[{"name":"a","per":"1m"}]"#, "missing_field", "/0/limit"),
            (#"[{"name":"a","limit":1}]"#, "missing_field", "/0/per"),
            (#"[{"name":"a","limit":1,"per":"1m","in_flight":true}]"#, "invalid_field", "/0/in_flight"),
            (#"[{"name":"a","limit":1,"in_flight":false}]"#, "invalid_field", "/0/in_flight"),
            (#"[{"name":"a","limit":1,"in_flight":1}]"#, "wrong_type", "/0/in_flight"),
            (#"[{"name":"a","limit":1,"per":"1m","window":"1m"}]"#, "unknown_field", "/0/window"),
            (#"[{"name":"a","limit":1,"per":"1m","shared_by":"all"}]"#, "invalid_field", "/0/shared_by"),
            (#"[{"name":"a","limit":1,"per":"1m"},{"name":"a","limit":2,"per":"1h"}]"#, "invalid_field", "/1/name"),
            (
                "[" + Array(repeating: #"{"name":"a","limit":1,"per":"1m"}"#, count: 17).joined(separator: ",") + "]",
                "invalid_field", ""
            ),
            (
                "[" + Array(repeating: #"{"name":"a","limit":1,"per":"1m"}"#, count: 10_000).joined(separator: ",")
                    + "]",
                "invalid_field", ""
            ),
        ] + names
        + amounts(1_000_000_001).map { (#"[{"name":"a","limit":\#($0.value),"per":"1m"}]"#, $0.code, "/0/limit") }
        + lengths.map { (#"[{"name":"a","limit":1,"per":\#($0.value)}]"#, $0.code, "/0/per") }

    private static let names: [Case] = [
        "", "A", "1a", "-a", "a b", "a\\\"b", "a,b", "ä", "\u{0430}", "a\\u0000", "a\\r\\nX: y",
        String(repeating: "a", count: 33),
    ].map { (#"[{"name":"\#($0)","limit":1,"per":"1m"}]"#, "invalid_field", "/0/name") }

    /// Wrong numbers, the last of them one above the most.
    private static func amounts(_ tooMany: Int64) -> [(value: String, code: String)] {
        [
            ("0", "invalid_field"), ("-1", "invalid_field"), ("-0", "wrong_type"), ("1.5", "wrong_type"),
            ("1.0", "wrong_type"), ("1e3", "wrong_type"), ("1E300", "wrong_type"), (#""100""#, "wrong_type"),
            ("null", "wrong_type"), ("true", "wrong_type"), ("[1]", "wrong_type"),
            ("9223372036854775807", "invalid_field"), ("-9223372036854775808", "invalid_field"),
            ("9223372036854775808", "wrong_type"), (String(repeating: "9", count: 300), "wrong_type"),
            ("\(tooMany)", "invalid_field"),
        ]
    }

    private static let lengths: [(value: String, code: String)] = [
        ("60", "wrong_type"), ("null", "wrong_type"), (#""""#, "invalid_field"), (#""0s""#, "invalid_field"),
        (#""1""#, "invalid_field"), (#""m""#, "invalid_field"), (#""-1m""#, "invalid_field"),
        (#""1.5m""#, "invalid_field"), (#""1e2s""#, "invalid_field"), (#""1 m""#, "invalid_field"),
        (#""1w""#, "invalid_field"), (#""1M""#, "invalid_field"), (#""500ms""#, "invalid_field"),
        (#""367d""#, "invalid_field"), (#""31622401s""#, "invalid_field"), (#""99999999999d""#, "invalid_field"),
        (#""١m""#, "invalid_field"),
    ]

    static let quotas: [Case] =
        [
            ("7", "wrong_type", ""), ("[]", "wrong_type", ""), ("{}", "missing_field", "/amount"),
            (#"{"amount":1,"unit":"cents"}"#, "unknown_field", "/unit"),
            (#"{"amount":1,"remaining":1}"#, "unknown_field", "/remaining"),
            (#"{"amount":1,"refill":"month"}"#, "wrong_type", "/refill"),
            (#"{"amount":1,"refill":{}}"#, "missing_field", "/refill/every"),
            (#"{"amount":1,"refill":{"every":"month","mode":"carry"}}"#, "invalid_field", "/refill/mode"),
            (#"{"amount":1,"refill":{"every":"month","at":1}}"#, "unknown_field", "/refill/at"),
            (#"{"amount":1,"refill":{"every":"12h","zone":"UTC"}}"#, "invalid_field", "/refill/zone"),
            (#"{"amount":1,"alerts":80}"#, "wrong_type", "/alerts"),
            (#"{"amount":1,"alerts":[0]}"#, "invalid_field", "/alerts/0"),
            (#"{"amount":1,"alerts":[50,101]}"#, "invalid_field", "/alerts/1"),
            (#"{"amount":1,"alerts":[50.5]}"#, "wrong_type", "/alerts/0"),
            (#"{"amount":1,"alerts":[1,2,3,4,5,6,7,8,9,10,11]}"#, "invalid_field", "/alerts"),
        ] + amounts(9_007_199_254_740_992).map { (#"{"amount":\#($0.value)}"#, $0.code, "/amount") }
        + amounts(9_007_199_254_740_992).map {
            (#"{"amount":1,"refill":{"every":"day","amount":\#($0.value)}}"#, $0.code, "/refill/amount")
        } + everies.map { (#"{"amount":1,"refill":{"every":\#($0.0)}}"#, $0.1, "/refill/every") }
        + zones.map { (#"{"amount":1,"refill":{"every":"day","zone":\#($0.0)}}"#, $0.1, "/refill/zone") }

    private static let everies: [(String, String)] = [
        ("7", "wrong_type"), (#""""#, "invalid_field"), (#""year""#, "invalid_field"), (#""Month""#, "invalid_field"),
        (#""59s""#, "invalid_field"), (#""0d""#, "invalid_field"), (#""3661d""#, "invalid_field"),
        (#""99999999999d""#, "invalid_field"),
    ]

    private static let zones: [(String, String)] =
        [("7", "wrong_type"), ("null", "wrong_type")]
        + [
            "", "Berlin", "Europe/Nowhere", "EST", "GMT", "GMT+3", "+02:00", "Z", "../etc/passwd", "/etc/localtime",
            "Europe/../Europe/Berlin", "Europe//Berlin", "Europe/Berlin/", "Europe/Berlin ", "Europe/Berlin\\u0000",
            "Europe/B\u{0435}rlin", String(repeating: "A/", count: 50) + "A",
        ].map { (#""\#($0)""#, "invalid_field") }
}
