// SPDX-License-Identifier: Apache-2.0
internal import Access

extension Verification {
    /// `RateLimit-Policy` and `RateLimit` (draft-ietf-httpapi-ratelimit-headers-11); nothing where nothing is metered.
    var limitFields: [(name: String, value: String)] {
        guard !limits.isEmpty || quota != nil else { return [] }
        var policy = limits.map { "\"\($0.name)\";q=\($0.limit)" }
        var state = limits.map { "\"\($0.name)\";r=\($0.remaining);t=\($0.resetAfter)" }
        if let quota {
            policy.append("\"quota:\(quota.of)\";q=\(quota.amount)")
            state.append("\"quota:\(quota.of)\";r=\(quota.remaining)")
        }
        return [("ratelimit-policy", policy.joined(separator: ", ")), ("ratelimit", state.joined(separator: ", "))]
    }

    /// Since when the secret is replaced, and when it ends; nothing of the current one.
    var retiringFields: [(name: String, value: String)] {
        guard secret == "retiring" else { return [] }
        var fields: [(name: String, value: String)] = []
        if let since = retiringSince.flatMap({ Instant($0) }) {
            fields.append(("deprecation", "@\(since.milliseconds / 1000)"))
        }
        if let end = graceExpiresAt.flatMap({ Instant($0) }) { fields.append(("sunset", end.httpDate)) }
        return fields
    }
}
