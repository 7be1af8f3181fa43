// SPDX-License-Identifier: Apache-2.0
import Access
import IssuedKeys
import TestKit
import Testing

extension World {
    /// Rotates a key and gives it with its new text.
    func rotate(
        by caller: Caller = .setup, _ id: KeyID, grace: Int64 = 0, idle: Int64? = nil, endingOther: Bool = false,
        at now: Instant = FixedTime.start
    ) async throws -> SampleKey {
        let terms = RotationTerms(
            grace: .seconds(grace), finishWhenIdle: idle.map { .seconds($0) }, endsRetiring: endingOther)
        let issued = try await keys.rotate(by: caller, id, terms, ifRevision: nil, at: now)
        return SampleKey(key: issued.key, text: issued.secret.exposed())
    }

    /// What the index says of several texts.
    func verdicts(_ texts: [UInt8]..., at now: Instant) -> [VerdictCode] { texts.map { verdict($0, at: now) } }
}

/// What kind of refusal `body` ended with; nil when it was carried out.
func refusal(_ body: () async throws -> Void) async -> Refusal? {
    do { try await body() } catch { return error as? Refusal }
    return nil
}

extension Refusal {
    var isConflict: Bool { if case .conflict = self { true } else { false } }
}
