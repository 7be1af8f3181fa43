// SPDX-License-Identifier: Apache-2.0
import Access
import DataPlane
import HeldKeys

extension HoldingPorts {
    /// What apps may ask about held keys: each for itself, with its own key.
    static func house(_ credentials: Credentials, _ deleted: DeletedService) -> HoldingPorts {
        HoldingPorts { asked in
            let caller = Caller(
                key: asked.key, of: .app(asked.app), scopes: ScopeSet([Permission.credentialsReveal]),
                accounts: [asked.account], address: asked.address?.description)
            do {
                return .revealed(
                    try await credentials.reveal(
                        by: caller, through: asked.integration, of: asked.app, asked.request, at: Clock.now()))
            } catch Refusal.conflict(let detail, let fix) {
                return .refused(detail: detail, fix: fix)
            } catch is Refusal {
                return .unknown
            } catch {
                return .unavailable
            }
        } askedForDeleted: {
            deleted.asked($0, at: Clock.now())
        }
    }
}
