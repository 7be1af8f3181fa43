// SPDX-License-Identifier: Apache-2.0
package import Access
internal import IssuedKeys
package import Secrets
package import Tokens

/// What signing in reads and writes.
extension Ledger {
    /// The store of sign-in rules.
    package func signInRules() -> any Store<any SignInRecords> { door { $0 } }

    /// The active rules of an issuer, over all accounts.
    package func activeSignInRules(of issuer: String) async throws -> [SignInRule] {
        try await reading { transaction in
            var filter = SignInRuleFilter()
            filter.issuer = issuer
            filter.state = .active
            return try transaction.signInRules(
                filter, visible: nil, Page(after: nil, limit: SignInRule.mostOfAnIssuer))
        }
    }

    /// The digest of a key's current secret; nil when there is no such key.
    package func currentSecret(of key: KeyID) async throws -> Digest? {
        try await reading { try $0.key(key)?.secrets.first { $0.role == .current }?.digest }
    }

    /// Writes down that a machine signed in, with the event that says so. False, and nothing is written, when the rule
    /// takes each identity once and this one was used, or when the rule is gone meanwhile.
    package func write(_ record: SignInRecord) async throws -> Bool {
        let caller = Caller.signingIn(under: record.rule, from: record.address)
        return try await write { [random] transaction in
            guard try transaction.signInRule(record.rule)?.state == .active, try transaction.use(record.used) else {
                return false
            }
            var note = EventNote("key.sign_in", subject: record.key.description, account: record.account)
            note.details = record.details
            var source = random
            try transaction.append(note, by: caller, at: record.now, using: &source)
            return true
        }
    }
}

extension Transaction {
    /// Remembers an identity; false when it is remembered already.
    fileprivate func use(_ used: SignInRecord.Used?) throws -> Bool {
        guard let used else { return true }
        return try statements.run(
            "INSERT INTO used_identities (mark, until) VALUES ($1, $2) ON CONFLICT (mark) DO NOTHING",
            [.blob(used.mark.bytes), .moment(used.until)]) == 1
    }
}

/// Identities that were used and have ended since.
package enum UsedIdentities {
    /// Forgets those that are refused for their age by now; how many.
    @discardableResult
    package static func removeEnded(_ engine: any Engine, at now: Instant) async throws -> Int {
        try await engine.write { statements in
            try statements.run("DELETE FROM used_identities WHERE until <= $1", [.moment(now)])
        } committed: { _ in
        }
    }
}
