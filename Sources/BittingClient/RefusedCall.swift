// SPDX-License-Identifier: Apache-2.0
internal import Wire

/// What a server answers instead of what was asked for (RFC 9457), for any web framework to send.
public struct RefusedCall: Sendable {
    /// The HTTP status: 401, 403, 429 or 503.
    public let status: Int
    /// The stable name of what is wrong, as it stands in the body.
    public let code: String
    /// Header fields, names in lower case: content type, challenge, waiting times.
    public let fields: [(name: String, value: String)]
    /// The body, `application/problem+json`.
    public let body: [UInt8]

    init(_ problem: Refusal, fields more: [(name: String, value: String)] = [], violated: [String]? = nil) {
        status = problem.status
        code = problem.code
        var fields = [("content-type", "application/problem+json"), ("cache-control", "no-store")]
        if let challenge = problem.challenge { fields.append(("www-authenticate", challenge)) }
        self.fields = fields + more
        var writer = JSONWriter()
        writer.object { writer in
            // draft-ietf-httpapi-ratelimit-headers-11, section 6.1
            let type =
                violated == nil
                ? "urn:bitting:problem:\(problem.code)"
                : "https://iana.org/assignments/http-problem-types#quota-exceeded"
            writer.member("type", type)
            writer.member("title", problem.title)
            writer.member("status", problem.status)
            writer.member("detail", problem.detail)
            writer.member("fix", problem.fix)
            if let violated { writer.member("violated-policies", violated) }
            writer.member("code", problem.code)
        }
        body = writer.bytes
    }

    /// The request carries no key.
    public static let keyMissing = RefusedCall(
        Refusal(
            401, "unauthenticated", "Key missing", "The request carries no key.",
            "Send it as `Authorization: Bearer`, `X-API-Key` or the user name of HTTP Basic.",
            challenge: "Bearer realm=\"bitting\""))

    /// The request carries two different keys.
    public static let keyAmbiguous = RefusedCall(
        Refusal(
            401, "unknown", "More than one key", "The request carries two different keys, or one place twice.",
            "Send one key, in one place.", challenge: "Bearer realm=\"bitting\", error=\"invalid_request\""))

    /// What is shown cannot be a key: it is longer than any.
    public static let keyTooLong = RefusedCall(Refusal(of: "malformed"))

    /// The key could not be checked, so nobody is let in.
    public static let unchecked = RefusedCall(
        Refusal(
            503, "unchecked", "Key not checked", "The key cannot be checked at the moment.", "Try again shortly."),
        fields: [("retry-after", "1")])
}

extension Verification {
    /// What to answer to the bearer of a key that is not valid; nil for one that is. `malformed` and `unknown` look
    /// the same.
    public var refusal: RefusedCall? {
        if valid { return nil }
        var fields = limitFields
        if let retryAfter { fields.append(("retry-after", "\(max(1, retryAfter))")) }
        let isMetered = code == "rate_limited" || code == "quota_exceeded"
        return RefusedCall(Refusal(of: code), fields: fields, violated: isMetered ? violated : nil)
    }

    /// What an answer to the bearer of a valid key should carry: `RateLimit-Policy` and `RateLimit` of its limits and
    /// budget, and for a secret that was replaced `Deprecation` (RFC 9745) and `Sunset` (RFC 8594). Names in lower
    /// case.
    public var fields: [(name: String, value: String)] { limitFields + retiringFields }

    private var violated: [String] {
        limits.filter { $0.remaining == 0 }.map(\.name)
            + (code == "quota_exceeded" ? quota.map { ["quota:\($0.of)"] } ?? [] : [])
    }
}

/// One kind of refusal, in words.
struct Refusal {
    let status: Int
    let code: String
    let title: String
    let detail: String
    let fix: String
    let challenge: String?

    init(
        _ status: Int, _ code: String, _ title: String, _ detail: String, _ fix: String, challenge: String? = nil
    ) {
        self.status = status
        self.code = code
        self.title = title
        self.detail = detail
        self.fix = fix
        self.challenge = challenge
    }

    /// The refusal of a verdict's code. A code of a later server is refused as an unknown key is.
    init(of code: String) {
        let invalid = "Bearer realm=\"bitting\", error=\"invalid_token\""
        let needsScope = "Bearer realm=\"bitting\", error=\"insufficient_scope\""
        switch code {
        case "revoked":
            self.init(
                401, code, "Key revoked", "The key was revoked, which is final.", "Ask for a new key.",
                challenge: invalid)
        case "disabled":
            self.init(
                401, code, "Key not in force", "The key is disabled or not in force yet.",
                "Ask whoever issued it to enable it.", challenge: invalid)
        case "expired":
            self.init(401, code, "Key expired", "The key's time is over.", "Ask for a new key.", challenge: invalid)
        case "locked":
            self.init(
                401, code, "Owner locked", "The key's owner is locked.",
                "Ask whoever runs this API to unlock the owner.", challenge: invalid)
        case "address_denied":
            self.init(
                403, code, "Address not allowed",
                "The key may not be used from this address, or the address is not known.",
                "Call from an allowed address, or have the key's allowed addresses changed.")
        case "route_denied":
            self.init(
                403, code, "Call not allowed", "The key may not be used for this method and path.",
                "Use a key that allows the call, or have this key's allowed routes changed.")
        case "insufficient_scope":
            self.init(
                403, code, "Scope missing", "The key does not hold the scopes that this call needs.",
                "Use a key that holds them.", challenge: needsScope)
        case "rate_limited":
            self.init(
                429, code, "Limit reached", "The key has made as many calls as its limits allow for now.",
                "Wait as long as Retry-After says, or have the limit raised.")
        case "quota_exceeded":
            self.init(
                429, code, "Budget spent", "The call costs more than is left of the budget.",
                "Wait for the next period, or have the quota raised.")
        default:
            self.init(
                401, "unknown", "Key not accepted", "The key is not one that is known here.",
                "Check that the whole key was copied, and that it is of this environment.", challenge: invalid)
        }
    }
}
