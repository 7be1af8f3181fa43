// SPDX-License-Identifier: Apache-2.0
package import Access

/// What the control plane needs to show how the trail is signed. Callers bound to accounts are refused by it.
package struct AuditPort: Sendable {
    /// What checkpoints are checked with.
    package let key: @Sendable (Caller, _ now: Instant) async throws -> VerifierKey
    /// Checkpoints with a higher number than `after`, oldest first, at most `limit`.
    package let checkpoints:
        @Sendable (Caller, _ after: Int64, _ limit: Int, _ now: Instant) async throws -> [KeptCheckpoint]

    /// Both readings.
    package init(
        key: @escaping @Sendable (Caller, _ now: Instant) async throws -> VerifierKey,
        checkpoints:
            @escaping @Sendable (Caller, _ after: Int64, _ limit: Int, _ now: Instant) async throws -> [KeptCheckpoint]
    ) {
        self.key = key
        self.checkpoints = checkpoints
    }
}
