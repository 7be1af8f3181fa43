// SPDX-License-Identifier: Apache-2.0
import Access
import Secrets
import Storage
import Synchronization
import Telling

@testable import ControlPlane

/// In the place of the network: keeps what is posted, and answers as told.
final class Posts: Sendable {
    private let state = Mutex((sent: [Parcel](), outcome: AttemptOutcome.answered(status: 204, retryAfter: nil)))

    var sent: [Parcel] { state.withLock { $0.sent } }
    func answer(_ outcome: AttemptOutcome) { state.withLock { $0.outcome = outcome } }

    /// A port over this. An address with `inside` in it is refused.
    func port(_ ledger: Ledger, _ keyring: Keyring, _ bell: EventBell) -> TellingPort {
        TellingPort(
            webhooks: Webhooks(store: ledger.webhooks(), keyring: keyring, random: .system),
            waiting: WaitingRoom(bell) { try await Task.sleep(for: $0) },
            fault: { url, _ in
                url.contains("inside") ? WebhookFault("url", "The address is not public.", fix: "Send another.") : nil
            },
            post: { parcel in
                self.state.withLock { state in
                    state.sent.append(parcel)
                    return state.outcome
                }
            })
    }
}
