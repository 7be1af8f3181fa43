// SPDX-License-Identifier: Apache-2.0
package import Access
package import Secrets

/// What a transaction offers about tokens.
package protocol TokenRecords {
    /// All keys that are stored, oldest first.
    func tokenKeys() throws -> [TokenKey]
    /// Keeps a new key, its seed sealed.
    func add(_ key: TokenKey, seed: borrowing Secret) throws
    /// Sets the times of a key.
    func setTimes(_ key: TokenKey) throws
    func forgetTokenKey(_ id: TokenKeyID) throws
    /// Ends a token before its time.
    func revokeToken(_ id: TokenID, until end: Instant) throws
    /// Forgets revocations of tokens whose time is over.
    func forgetRevokedTokens(before now: Instant) throws
}

/// The keys that tokens are signed with, and tokens that end before their time.
package struct TokenKeys: Sendable {
    private let store: any Store<any TokenRecords>
    private let random: Randomness

    /// Over a store.
    package init(store: any Store<any TokenRecords>, random: Randomness) {
        self.store = store
        self.random = random
    }

    /// All keys that are known, oldest first.
    package func list(by caller: Caller, at now: Instant) async throws -> [TokenKey] {
        try await store.read(by: caller, needing: Permission.settingsRead, "token_key.list", at: now) { records in
            try Self.requireUnbound(caller)
            return try records.tokenKeys().filter { $0.state(at: now) != .ended }
        }
    }

    /// Has each algorithm's key followed by a new one, which signs once everybody had time to learn of it.
    ///
    /// - Parameter isCompromised: The old keys end at once instead, and with them every token and principal that they
    ///   signed. The new ones sign at once, known or not.
    package func rotate(by caller: Caller, isCompromised: Bool, at now: Instant) async throws -> [TokenKey] {
        try await store.change(by: caller, needing: Permission.settingsWrite, "token_key.rotate", at: now) {
            [random] records, note in
            try Self.requireUnbound(caller)
            note.details.append(.init("compromised", isCompromised ? "true" : "false"))
            var random = random
            for algorithm in TokenAlgorithm.allCases {
                try Self.follow(algorithm, isCompromised: isCompromised, records, at: now, using: &random)
            }
            return try records.tokenKeys().filter { $0.state(at: now) != .ended }
        }
    }

    /// Makes what is missing, has old keys followed, and forgets what has ended.
    package func tend(at now: Instant) async throws {
        let known = try await store.read(
            by: .schedule, needing: Permission.settingsRead, "token_key.list", at: now
        ) { try $0.tokenKeys() }
        let isDue = TokenAlgorithm.allCases.contains { algorithm in
            let newest = known.last { $0.algorithm == algorithm && $0.signsUntil == nil }
            return newest.map { $0.signsFrom + TokenTimes.keyLife <= now } ?? true
        }
        guard isDue || known.contains(where: { $0.state(at: now) == .ended }) else { return }
        _ = try await store.change(by: .schedule, needing: Permission.settingsWrite, "token_key.tend", at: now) {
            [random] records, _ in
            var random = random
            for key in known where key.state(at: now) == .ended { try records.forgetTokenKey(key.id) }
            try records.forgetRevokedTokens(before: now)
            for algorithm in TokenAlgorithm.allCases {
                let newest = known.last { $0.algorithm == algorithm && $0.signsUntil == nil }
                if let newest, newest.signsFrom + TokenTimes.keyLife > now { continue }
                try Self.follow(algorithm, isCompromised: false, records, at: now, using: &random)
            }
        }
    }

    /// Ends one token before its time. When this returns, nobody accepts it.
    package func revokeToken(by caller: Caller, _ claims: TokenClaims, at now: Instant) async throws {
        try await store.change(by: caller, needing: Permission.keysWrite, "token.revoke", at: now) { records, note in
            guard caller.sees(claims.account) else { throw Refusal.notFound("token") }
            note.subject = claims.id.description
            note.account = claims.account
            note.details.append(.init("key", claims.key.description))
            try records.revokeToken(claims.id, until: claims.expiresAt)
        }
    }

    private static func requireUnbound(_ caller: Caller) throws {
        guard caller.accounts == nil else { throw Refusal.notFound("token key") }
    }

    private static func follow(
        _ algorithm: TokenAlgorithm, isCompromised: Bool, _ records: any TokenRecords, at now: Instant,
        using random: inout Randomness
    ) throws {
        let old = try records.tokenKeys().filter { $0.algorithm == algorithm && $0.state(at: now) != .ended }
        // A first key has nobody to wait for.
        let start = isCompromised || !old.contains { $0.state(at: now) == .current } ? now : now + TokenTimes.lead
        for var key in old {
            key.signsUntil = min(key.signsUntil ?? start, start)
            let end = isCompromised ? now : start + TokenTimes.longestLife + TokenTimes.skew
            key.publishedUntil = min(key.publishedUntil ?? end, end)
            try records.setTimes(key)
        }
        var seed = Secret(count: TokenSigningKey.seedLength, using: &random)
        var signing = TokenSigningKey(algorithm, seed: seed)
        while signing == nil {
            seed = Secret(count: TokenSigningKey.seedLength, using: &random)
            signing = TokenSigningKey(algorithm, seed: seed)
        }
        guard let signing else { return }
        try records.add(
            TokenKey(
                id: TokenKeyID(at: now, using: &random), verifying: signing.verifying, createdAt: now, signsFrom: start),
            seed: seed)
    }
}
