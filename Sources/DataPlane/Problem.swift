// SPDX-License-Identifier: Apache-2.0
internal import IssuedKeys
internal import NIOCore
internal import Wire

/// A refusal on its way out: RFC 9457 with `code` and `fix`.
struct Problem {
    var status: Int
    var code: String
    var title: String
    var detail: String
    var fix: String
    var pointer: String?
    /// `WWW-Authenticate` of a 401 or 403 (RFC 6750, section 3).
    var challenge: String?
    /// The methods a 405 allows.
    var allow: String?
    /// `Retry-After`, in seconds.
    var retryAfter: Int64?
    /// Further header lines, each ended.
    var lines: ByteBuffer?
    /// The names of the limits and budgets that stand in the way; makes it a `quota-exceeded` problem.
    var violated: [String]?
    /// What the status would be for a gateway that passes on no such status.
    var trueStatus: Int?
    /// What lent calls carry in `X-Bitting-Error`, so that our refusal is told from the provider's.
    var lendError: String?
    /// Whoever asks speaks Unkey's shapes.
    var isForUnkey = false

    /// The reason phrase of a status.
    static func reason(_ status: Int) -> String {
        switch status {
        case 200: "OK"
        case 400: "Bad Request"
        case 401: "Unauthorized"
        case 403: "Forbidden"
        case 404: "Not Found"
        case 405: "Method Not Allowed"
        case 407: "Proxy Authentication Required"
        case 408: "Request Timeout"
        case 411: "Length Required"
        case 412: "Precondition Failed"
        case 413: "Content Too Large"
        case 414: "URI Too Long"
        case 415: "Unsupported Media Type"
        case 421: "Misdirected Request"
        case 422: "Unprocessable Content"
        case 429: "Too Many Requests"
        case 431: "Request Header Fields Too Large"
        case 501: "Not Implemented"
        case 502: "Bad Gateway"
        case 503: "Service Unavailable"
        case 504: "Gateway Timeout"
        case 508: "Loop Detected"
        case 505: "HTTP Version Not Supported"
        default: "Error"
        }
    }

    /// Writes the whole answer.
    func write(into out: inout ByteBuffer, keepAlive: Bool, withBody: Bool = true) {
        var (status, type, body) = (status, "application/problem+json", ByteBuffer())
        if isForUnkey {
            (status, type) = (UnkeyAnswer.status(self), "application/json")
            UnkeyAnswer.write(self, into: &body)
        } else {
            writeBody(into: &body)
        }
        out.writeString("HTTP/1.1 \(status) \(Problem.reason(status))\r\nContent-Type: \(type)\r\n")
        out.writeString("Content-Length: \(body.readableBytes)\r\n")
        writeFields(into: &out)
        if let allow { out.writeString("Allow: \(allow)\r\n") }
        if let lendError { out.writeString("X-Bitting-Error: \(lendError)\r\n") }
        out.writeStaticString(keepAlive ? "\r\n" : "Connection: close\r\n\r\n")
        if withBody { out.writeBuffer(&body) }
    }

    /// The lines that speak of the key and its limits, whatever carries the answer.
    func writeFields(into out: inout ByteBuffer) {
        out.writeStaticString("Cache-Control: no-store\r\n")
        if let challenge { out.writeString("WWW-Authenticate: \(challenge)\r\n") }
        if let trueStatus { out.writeString("X-Bitting-Status: \(trueStatus)\r\n") }
        if let retryAfter { out.writeString("Retry-After: \(retryAfter)\r\n") }
        if var lines { out.writeBuffer(&lines) }
    }

    /// The problem as JSON.
    func writeBody(into body: inout ByteBuffer) {
        if violated == nil {
            body.writeStaticString("{\"type\":\"urn:bitting:problem:")
            body.writeString(code)
        } else {
            // draft-ietf-httpapi-ratelimit-headers-11, section 6.1
            body.writeStaticString("{\"type\":\"https://iana.org/assignments/http-problem-types#quota-exceeded")
        }
        body.writeStaticString("\",\"title\":")
        body.writeQuoted(title)
        body.writeStaticString(",\"status\":")
        body.writeDecimal(status)
        body.writeStaticString(",\"detail\":")
        body.writeQuoted(detail)
        body.writeStaticString(",\"fix\":")
        body.writeQuoted(fix)
        if let pointer {
            body.writeStaticString(",\"pointer\":")
            body.writeQuoted(JSONPointer.repeatable(pointer))
        }
        if let violated {
            body.writeStaticString(",\"violated-policies\":[")
            for (position, name) in violated.enumerated() {
                if position > 0 { body.writeStaticString(",") }
                body.writeQuoted(name)
            }
            body.writeStaticString("]")
        }
        body.writeStaticString(",\"code\":")
        body.writeQuoted(code)
        body.writeStaticString("}")
    }
}

extension Problem {
    /// The refusal of a key, as its holder sees it: `malformed` and `unknown` look the same.
    static func refusing(_ verdict: Verdict) -> Problem {
        let invalid = "Bearer realm=\"bitting\", error=\"invalid_token\""
        switch verdict {
        case .valid: preconditionFailure("a valid key is not refused")
        case .malformed, .unknown:
            return Problem(
                status: 401, code: "unknown", title: "Key not accepted",
                detail: "The key is not one that is known here.",
                fix: "Check that the whole key was copied, and that it is of this environment.", challenge: invalid)
        case .revoked:
            return Problem(
                status: 401, code: "revoked", title: "Key revoked", detail: "The key was revoked, which is final.",
                fix: "Ask for a new key.", challenge: invalid)
        case .disabled:
            return Problem(
                status: 401, code: "disabled", title: "Key not in force",
                detail: "The key is disabled or not in force yet.",
                fix: "Ask whoever issued it to enable it.", challenge: invalid)
        case .expired:
            return Problem(
                status: 401, code: "expired", title: "Key expired", detail: "The key's time is over.",
                fix: "Ask for a new key.",
                challenge: invalid)
        case .locked:
            return Problem(
                status: 401, code: "locked", title: "Owner locked", detail: "The key's owner is locked.",
                fix: "Ask whoever runs this API to unlock the owner.", challenge: invalid)
        case .addressDenied:
            return Problem(
                status: 403, code: "address_denied", title: "Address not allowed",
                detail: "The key may not be used from this address, or the address is not known.",
                fix: "Call from an allowed address, or have the key's allowed_addresses changed.")
        case .routeDenied:
            return Problem(
                status: 403, code: "route_denied", title: "Call not allowed",
                detail: "The key may not be used for this method and path, or they are not known.",
                fix: "Use a key that allows the call, or have this key's allowed_routes changed.")
        case .insufficientScope:
            return Problem(
                status: 403, code: "insufficient_scope", title: "Scope missing",
                detail: "The key does not hold the scopes that this call needs.", fix: "Use a key that holds them.",
                challenge: "Bearer realm=\"bitting\", error=\"insufficient_scope\"")
        case .rateLimited:
            return Problem(
                status: 429, code: "rate_limited", title: "Limit reached",
                detail: "The key has made as many calls as its limits allow for now.",
                fix: "Wait as long as Retry-After says, or have the limit raised.", violated: [])
        case .quotaExceeded:
            return Problem(
                status: 429, code: "quota_exceeded", title: "Budget spent",
                detail: "The call costs more than is left of the budget of the key, its owner or its account.",
                fix: "Wait for the next period, or have the quota raised.", violated: [])
        case .unreadableScopes:
            return Problem(
                status: 400, code: "invalid_parameter", title: "Scopes not readable",
                detail: "The scopes asked for are not `resource:action` joined with AND, OR and parentheses.",
                fix: "Mend the scope that the gateway or the caller asks for.")
        }
    }

    static let keyMissing = Problem(
        status: 401, code: "unauthenticated", title: "Key missing", detail: "The request carries no key.",
        fix: "Send it as `Authorization: Bearer`, `X-API-Key` or the user name of HTTP Basic.",
        challenge: "Bearer realm=\"bitting\"")

    static let keyAmbiguous = Problem(
        status: 401, code: "unknown", title: "More than one key",
        detail: "The request carries two different keys, or one place twice.", fix: "Send one key, in one place.",
        challenge: "Bearer realm=\"bitting\", error=\"invalid_request\"")

    /// Nothing about any key is said: none was looked at.
    static func tooManyBadKeys(retryAfter: Int64, hidesStatus: Bool = false) -> Problem {
        Problem(
            status: hidesStatus ? 403 : 429, code: "rate_limited", title: "Too many bad keys",
            detail: "Too many keys that are not known here came from this address.",
            fix: "Use the right key, and wait as long as Retry-After says.", retryAfter: retryAfter,
            trueStatus: hidesStatus ? 429 : nil)
    }

    static let tooManyReservations = Problem(
        status: 503, code: "busy", title: "Too many reservations", detail: "There are too many open reservations.",
        fix: "Settle those that are done, or reserve for a shorter time.", retryAfter: 1)

    static let leaseUnavailable = Problem(
        status: 503, code: "busy", title: "Budget not available",
        detail: "The budget cannot be written down at the moment, so it is not spent.", fix: "Try again shortly.",
        retryAfter: 1)

    static let notFound = Problem(
        status: 404, code: "not_found", title: "No such path", detail: "The data plane has no such path.",
        fix: "See /openapi.yaml on the control plane for what there is.")

    static func method(allow: String) -> Problem {
        Problem(
            status: 405, code: "method_not_allowed", title: "Method not allowed",
            detail: "This path does not take that method.",
            fix: "Use \(allow).", allow: allow)
    }
}
