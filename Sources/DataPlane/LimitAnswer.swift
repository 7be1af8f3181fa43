// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import IssuedKeys
internal import Metering
internal import NIOCore

/// What answers say of limits and budgets: `RateLimit-Policy` and `RateLimit`
/// (draft-ietf-httpapi-ratelimit-headers-11), members of the JSON answer, and the problem of a refused call.
///
/// A budget appears as the policy `quota:key`, `quota:app`, ...: no limit can have such a name.
enum LimitAnswer {
    /// Both header lines; nothing when nothing was metered.
    @inline(__always)
    static func write(_ tally: Tally, _ set: LimitSet, into out: inout ByteBuffer) {
        guard !tally.limits.isEmpty || !tally.quotas.isEmpty else { return }
        // Each limit and budget twice: a name of at most 44 characters, two numbers, and what stands between them.
        let longest = 64 + set.policy.count + (tally.limits.count + 2 * tally.quotas.count) * 112
        out.writePiece(atMost: longest) { pen in
            pen.write("RateLimit-Policy: ")
            pen.write(set.policy)
            for (position, rest) in tally.quotas.enumerated() {
                pen.write(position == 0 && tally.limits.isEmpty ? "\"quota:" : ", \"quota:")
                pen.write(rest.subject.kind.word)
                pen.write("\";q=")
                pen.write(decimal: Int(rest.capacity))
            }
            pen.write("\r\nRateLimit: ")
            for (position, reading) in tally.limits.enumerated() {
                pen.write(position == 0 ? "\"" : ", \"")
                pen.write(set.rules[reading.rule].quotedName)
                pen.write(";r=")
                pen.write(decimal: Int(reading.remaining))
                pen.write(";t=")
                pen.write(decimal: seconds(reading.wait))
            }
            for (position, rest) in tally.quotas.enumerated() {
                pen.write(position == 0 && tally.limits.isEmpty ? "\"quota:" : ", \"quota:")
                pen.write(rest.subject.kind.word)
                pen.write("\";r=")
                pen.write(decimal: Int(rest.remaining))
            }
            pen.write("\r\n")
        }
    }

    private static func seconds(_ nanoseconds: UInt64) -> Int { Int((nanoseconds + 999_999_999) / 1_000_000_000) }

    /// The members `limits`, `quota` and `retry_after` of a verification's answer, each with a comma before it.
    static func writeMembers(_ tally: Tally, _ set: LimitSet, at now: Instant, into out: inout ByteBuffer) {
        out.writeStaticString(",\"limits\":[")
        for (position, reading) in tally.limits.enumerated() {
            out.writeStaticString(position == 0 ? "{\"name\":\"" : ",{\"name\":\"")
            out.writeBytes(set.rules[reading.rule].quotedName)
            out.writeStaticString(",\"limit\":")
            out.writeDecimal(Int(set.rules[reading.rule].limit.amount))
            out.writeStaticString(",\"remaining\":")
            out.writeDecimal(Int(reading.remaining))
            out.writeStaticString(",\"reset_after\":\"")
            out.writeDecimal(seconds(reading.whole))
            out.writeStaticString("s\"}")
        }
        out.writeStaticString("],\"quota\":")
        writeQuota(tally.quotas.min { $0.remaining < $1.remaining }, into: &out)
        out.writeStaticString(",\"retry_after\":")
        if let wait = retryAfter(tally, at: now) {
            out.writeStaticString("\"")
            out.writeDecimal(Int(wait))
            out.writeStaticString("s\"")
        } else {
            out.writeStaticString("null")
        }
    }

    private static func writeQuota(_ rest: Tally.Rest?, into out: inout ByteBuffer) {
        guard let rest else {
            out.writeStaticString("null")
            return
        }
        out.writeStaticString("{\"of\":\"")
        out.writeStaticString(rest.subject.kind.word)
        out.writeStaticString("\",\"amount\":")
        out.writeDecimal(Int(rest.capacity))
        out.writeStaticString(",\"remaining\":")
        out.writeDecimal(Int(rest.remaining))
        out.writeStaticString(",\"refills_at\":")
        out.writeMoment(rest.refillsAt ?? .distantFuture)
        out.writeStaticString("}")
    }

    /// The refusal with all it can say. `status` nginx: a gateway that passes on no 429.
    static func problem(
        _ verdict: Verdict, _ tally: Tally, _ set: LimitSet, at now: Instant, hidesStatus: Bool = false
    ) -> Problem {
        var problem = Problem.refusing(verdict)
        problem.violated =
            tally.limits.filter(\.isViolated).map { set.rules[$0.rule].shownName }
            + tally.quotas.filter(\.isExceeded).map { "quota:\($0.subject.kind.word)" }
        problem.retryAfter = retryAfter(tally, at: now)
        var lines = ByteBuffer()
        write(tally, set, into: &lines)
        problem.lines = lines
        if hidesStatus {
            problem.trueStatus = problem.status
            problem.status = 403
        }
        return problem
    }

    /// When the call may pass: the longest wait of what stands in its way; nil when waiting does not help.
    private static func retryAfter(_ tally: Tally, at now: Instant) -> Int64? {
        if let wait = tally.retryAfter { return max(1, wait) }
        let refills = tally.quotas.filter(\.isExceeded).map(\.refillsAt)
        guard !refills.isEmpty, !refills.contains(nil) else { return nil }
        return refills.compactMap { $0 }.max().map { max(1, ($0.milliseconds - now.milliseconds + 999) / 1000) }
    }
}

extension Subject.Kind {
    /// The word for it in answers.
    var word: StaticString {
        switch self {
        case .key: "key"
        case .account: "account"
        case .app: "app"
        case .user: "user"
        case .integration: "integration"
        }
    }
}
