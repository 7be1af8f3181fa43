// SPDX-License-Identifier: Apache-2.0
import Access
import DataPlane
import IssuedKeys
import Storage
import Tokens

extension OAuthPorts {
    /// What OAuth calls may change: they act for whoever holds the key or token, and see nothing beyond its account.
    static func house(_ ledger: Ledger, _ signIns: SignIns) -> OAuthPorts {
        let keys = Keys(store: ledger.keys(), random: .system)
        let tokens = TokenKeys(store: ledger.tokens(), random: .system)
        return OAuthPorts { held in
            await outcome {
                let holder = Caller(holding: held.id, of: held.account, from: held.address)
                if held.isRetiring {
                    _ = try await keys.retire(
                        by: holder, held.id, grace: .seconds(0), ifRevision: nil, at: Clock.now())
                } else {
                    _ = try await keys.revoke(
                        by: holder, held.id, reason: .other, note: "Revoked by its holder.", at: Clock.now())
                }
            }
        } revokeToken: { claims, address in
            await outcome {
                let holder = Caller(holding: claims.key, of: claims.account, from: address)
                try await tokens.revokeToken(by: holder, claims, at: Clock.now())
            }
        } signIn: { attempt, admitting in
            await signIns.signIn(attempt, admitting: admitting)
        }
    }

    private static func outcome(_ change: () async throws -> Void) async -> RevocationOutcome {
        do {
            try await change()
            return .done
        } catch Refusal.notFound {
            return .done
        } catch Refusal.conflict(let detail, let fix) {
            return .refused(detail: detail, fix: fix)
        } catch is Refusal {
            return .refused(
                detail: "It cannot be revoked by its holder.", fix: "Ask whoever issued it to revoke it.")
        } catch {
            return .unavailable
        }
    }
}

extension Caller {
    /// Whoever holds a key may end it, whatever its scopes.
    fileprivate init(holding key: KeyID, of account: AccountID, from address: IPAddress?) {
        self.init(
            key: key, scopes: ScopeSet([Permission.keysWrite]), accounts: [account], address: address?.description)
    }
}
