// SPDX-License-Identifier: Apache-2.0
package import Access
internal import HeldKeys
internal import Synchronization

/// A provider sent a credential back. To be told to people: what answers hold, logs and caches elsewhere may hold too.
package struct EchoReport: Equatable, Sendable {
    package let integration: IntegrationID
    package let account: AccountID
    package let credential: CredentialID
    package let version: VersionID
    /// `header` or `body`.
    package let place: String
    /// How it was written: `plain`, `base64`, `percent`, `hex`, `json`.
    package let form: String
}

/// Echoes on their way from the event loops to the audit trail: one a minute and credential.
final class EchoReports: Sendable {
    private struct State {
        var waiting: [EchoReport] = []
        /// When each credential was last reported, in ticks.
        var reported: [CredentialID: UInt64] = [:]
    }

    private let state = Mutex(State())
    private static let quiet: UInt64 = 60_000_000_000
    private static let mostCredentials = 10_000

    func note(_ report: EchoReport, tick: UInt64) {
        state.withLock { state in
            if let last = state.reported[report.credential], tick < last &+ Self.quiet { return }
            if state.reported.count >= Self.mostCredentials {
                state.reported = state.reported.filter { tick < $0.value &+ Self.quiet }
                guard state.reported.count < Self.mostCredentials else { return }
            }
            state.reported[report.credential] = tick
            state.waiting.append(report)
        }
    }

    /// Those that were not taken yet.
    func take() -> [EchoReport] {
        state.withLock { state in
            guard !state.waiting.isEmpty else { return [] }
            defer { state.waiting = [] }
            return state.waiting
        }
    }
}
