// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import IssuedKeys
internal import Metering
internal import NIOCore
internal import Wire

/// Answers in Unkey's shapes: `{meta, data}` and `{meta, error}`.
enum UnkeyAnswer {
    /// The code as Unkey has it. What is revoked here is deleted there, and so not found.
    static func code(_ code: VerdictCode) -> StaticString {
        switch code {
        case .valid: "VALID"
        case .malformed, .unknown, .revoked, .unreadableScopes: "NOT_FOUND"
        case .disabled, .locked: "DISABLED"
        case .expired: "EXPIRED"
        case .addressDenied, .routeDenied: "FORBIDDEN"
        case .insufficientScope: "INSUFFICIENT_PERMISSIONS"
        case .rateLimited: "RATE_LIMITED"
        case .quotaExceeded: "USAGE_EXCEEDED"
        }
    }

    /// A decision. Of a key that is not found nothing is told.
    static func write(
        _ verdict: Verdict, _ contents: borrowing KeyIndex.Contents, _ tally: borrowing Tally, _ set: LimitSet,
        at now: Instant, into out: inout ByteBuffer
    ) {
        writeMeta(into: &out)
        out.writeStaticString(verdict.code == .valid ? ",\"data\":{\"valid\":true" : ",\"data\":{\"valid\":false")
        out.writeStaticString(",\"code\":\"")
        out.writeStaticString(code(verdict.code))
        out.writeStaticString("\"")
        if let key = verdict.key, verdict.code != .revoked {
            write(key, isEnabled: verdict.code != .disabled && verdict.code != .locked, contents, into: &out)
            if let credits = tally.quotas.map(\.remaining).min() {
                out.writeStaticString(",\"credits\":")
                out.writeDecimal(Int(max(0, credits)))
            }
            writeLimits(tally, set, at: now, into: &out)
        }
        out.writeStaticString("}}")
    }

    private static func write(
        _ key: KeyPosition, isEnabled: Bool, _ contents: borrowing KeyIndex.Contents, into out: inout ByteBuffer
    ) {
        let portrait = contents.portrait(key)
        out.writeStaticString(",\"keyId\":\"")
        out.writeIdentifier("key_", high: portrait.id.high, low: portrait.id.low)
        out.writeStaticString("\",\"name\":")
        out.writeQuoted(contents.name(of: key).span)
        out.writeStaticString(",\"meta\":")
        out.writeString(contents.metadata(of: key))
        // A secret that was replaced ends with its grace, if the key does not end before.
        let end = portrait.isRetiring ? min(portrait.expiresAt, portrait.graceExpiresAt) : portrait.expiresAt
        if end != .distantFuture {
            out.writeStaticString(",\"expires\":")
            out.writeDecimal(Int(max(0, end.milliseconds)))
        }
        out.writeStaticString(isEnabled ? ",\"enabled\":true" : ",\"enabled\":false")
        out.writeStaticString(",\"permissions\":[")
        var isFirst = true
        UnkeyPermissions.forEach(in: contents.scopeText(of: key)) { permission in
            out.writeStaticString(isFirst ? "\"" : ",\"")
            out.writeBytes(permission)
            out.writeStaticString("\"")
            isFirst = false
        }
        out.writeStaticString("],\"roles\":[],\"identity\":{\"id\":\"")
        out.writeOwner(portrait.owner)
        out.writeStaticString("\",\"externalId\":")
        out.writeQuoted(contents.externalID(of: key) ?? portrait.owner.description)
        out.writeStaticString("}")
    }

    /// The rates that were looked at. What bounds calls in flight has no duration and cannot be said in this shape.
    private static func writeLimits(
        _ tally: borrowing Tally, _ set: LimitSet, at now: Instant, into out: inout ByteBuffer
    ) {
        out.writeStaticString(",\"ratelimits\":[")
        var isFirst = true
        for reading in tally.limits {
            let limit = set.rules[reading.rule].limit
            guard case .rate(let length) = limit.measure else { continue }
            out.writeString(isFirst ? "{\"id\":\"\(limit.name)\"" : ",{\"id\":\"\(limit.name)\"")
            out.writeString(",\"name\":\"\(limit.name)\",\"limit\":\(limit.amount),\"duration\":\(length.milliseconds)")
            out.writeString(",\"reset\":\(now.milliseconds + Int64((reading.whole + 999_999) / 1_000_000))")
            out.writeString(",\"remaining\":\(max(0, reading.remaining)),\"exceeded\":\(reading.isViolated)")
            out.writeStaticString(",\"autoApply\":true}")
            isFirst = false
        }
        out.writeStaticString("]")
    }

    /// A refusal's status: Unkey calls what cannot be used a bad request.
    static func status(_ problem: Problem) -> Int { problem.status == 422 ? 400 : problem.status }

    /// A refusal's body.
    static func write(_ problem: Problem, into out: inout ByteBuffer) {
        writeMeta(into: &out)
        out.writeStaticString(",\"error\":{\"title\":")
        out.writeQuoted(problem.title)
        out.writeStaticString(",\"detail\":")
        out.writeQuoted("\(problem.detail) \(problem.fix)")
        out.writeStaticString(",\"status\":")
        out.writeDecimal(status(problem))
        out.writeStaticString(",\"type\":")
        out.writeQuoted("urn:bitting:problem:\(problem.code)")
        if status(problem) == 400 {
            out.writeStaticString(",\"errors\":[{\"location\":")
            out.writeQuoted("body" + JSONPointer.repeatable(problem.pointer ?? "").replacing("/", with: "."))
            out.writeStaticString(",\"message\":")
            out.writeQuoted(problem.detail)
            out.writeStaticString(",\"fix\":")
            out.writeQuoted(problem.fix)
            out.writeStaticString("}]")
        }
        out.writeStaticString("}}")
    }

    /// `{"meta":{"requestId":"req_…"}`: the moment and the tick, for whoever compares logs.
    private static func writeMeta(into out: inout ByteBuffer) {
        out.writeStaticString("{\"meta\":{\"requestId\":\"")
        let moment = UInt64(max(0, Clock.now().milliseconds))
        out.writeIdentifier("req_", high: moment << 16, low: Clock.ticks())
        out.writeStaticString("\"}")
    }
}
