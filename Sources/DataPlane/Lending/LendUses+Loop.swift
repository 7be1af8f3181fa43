// SPDX-License-Identifier: Apache-2.0
internal import HeldKeys
internal import IssuedKeys
internal import NIOCore
internal import Wire

extension EventLoopState {
    /// A lent call that left has ended. `providerStatus`: nil where the provider gave no whole answer.
    func count(_ use: LendUse, providerStatus: Int?) {
        lendUses.count(use, status: providerStatus, lane: lane, at: Clock.now())
        if let providerStatus { counters.countLent(status: providerStatus) }
    }
}

/// What lent answers say of limits, beside what the provider says of its own.
enum LendLines {
    /// Appends our lines, unless the provider's answer has such lines itself: both speak of policies by name, and
    /// together they would be read as one list.
    static func write(
        _ lines: ByteBuffer, beside fields: FieldSection, in bytes: Span<UInt8>, into out: inout ByteBuffer
    ) {
        for field in fields {
            if bytes.equalsIgnoringCase(field.name, "ratelimit") { return }
            if bytes.equalsIgnoringCase(field.name, "ratelimit-policy") { return }
        }
        out.writeImmutableBuffer(lines)
    }
}

extension Counters {
    /// What `X-Bitting-Error` can say, for counting; any other text is counted as `other`.
    static let lendCodes: [String] =
        VerdictCode.allCases.map { "\($0.text)" } + [
            "integration_unknown", "integration_ambiguous", "integration_paused", "integration_revoked",
            "integration_expired", "not_allowed", "path_not_canonical", "credential_unavailable",
            "upstream_refused_address", "upstream_unreachable", "upstream_timeout", "upstream_malformed",
            "upstream_busy", "malformed_request", "upstream_encoding", "request_too_large", "response_too_large",
            "loop", "misdirected", "body_unfit", "not_signable",
        ]
}
