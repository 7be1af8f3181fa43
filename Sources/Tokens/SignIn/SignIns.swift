// SPDX-License-Identifier: Apache-2.0
package import Access
package import Secrets
internal import Synchronization

/// Machines that sign in with an identity they have.
package struct SignIns: Sendable {
    /// The active rules of an issuer.
    private let rules: @Sendable (_ issuer: String) async throws -> [SignInRule]
    private let keys: IssuerKeys
    private let secret: @Sendable (KeyID) async throws -> Digest?
    private let write: @Sendable (SignInRecord) async throws -> Bool
    /// Told of each refusal once it is known which issuer it was about. Must bound what it keeps; must not wait.
    private let refused: @Sendable (RefusedSignIn) -> Void
    private let places = Places()

    /// So many may be under way at once; each may wait for an issuer.
    static let mostAtOnce = 256
    /// Without a rule's name, so many different places of keys are looked into.
    private static let mostKeyPlaces = 4

    /// Over the issuers' keys, the rules that are stored, the current secrets of keys, and what writes a sign-in down: durably, before anybody has a
    /// token; false when the token was used before.
    package init(
        keys: IssuerKeys, rules: @escaping @Sendable (_ issuer: String) async throws -> [SignInRule],
        secret: @escaping @Sendable (KeyID) async throws -> Digest?,
        write: @escaping @Sendable (SignInRecord) async throws -> Bool,
        refused: @escaping @Sendable (RefusedSignIn) -> Void
    ) {
        self.keys = keys
        self.rules = rules
        self.secret = secret
        self.write = write
        self.refused = refused
    }

    /// Decides about one attempt. Takes as long as the issuer and the disk do.
    ///
    /// The signature is checked before anything of the rules is held against the token, so that whoever has no real
    /// token of the issuer learns nothing of what the rules ask for.
    ///
    /// - Parameter admitting: Whether a token can be made for what would be granted. Asked last, before the identity
    ///   counts as used.
    package func signIn(
        _ attempt: SignInAttempt, admitting: @Sendable (SignInGrant) -> Bool = { _ in true }
    ) async -> SignInOutcome {
        guard places.enter() else { return .refused(.busy) }
        defer { places.leave() }
        var issuer: (name: String, rules: [SignInRule])?
        do throws(SignInRefusal) {
            let token = try ForeignToken(attempt.token)
            let rules = try await candidates(token, attempt)
            issuer = (token.claims.issuer, rules)
            return .granted(try await grant(token, attempt, rules, admitting))
        } catch {
            if let issuer {
                let only = issuer.rules.count == 1 ? issuer.rules.first : nil
                refused(RefusedSignIn(issuer: issuer.name, rule: only, refusal: error))
            }
            return .refused(error)
        }
    }

    private func candidates(_ token: ForeignToken, _ attempt: SignInAttempt) async throws(SignInRefusal) -> [SignInRule]
    {
        let found: [SignInRule]
        do {
            found = try await rules(token.claims.issuer)
        } catch {
            throw .busy
        }
        let named = found.filter { rule in
            attempt.rule.map { $0 == rule.name || $0 == rule.id.description } ?? true
        }
        guard !named.isEmpty else { throw .noRule }
        return named
    }

    private func grant(
        _ token: ForeignToken, _ attempt: SignInAttempt, _ candidates: [SignInRule],
        _ admitting: @Sendable (SignInGrant) -> Bool
    ) async throws(SignInRefusal) -> SignInGrant {
        let genuine = try await genuine(token, candidates, at: attempt.now)
        try token.claims.checkTime(at: attempt.now)
        let rule = try SignInDecision.rule(for: token.claims, among: genuine)
        let scopes = try SignInDecision.scopes(attempt.scopes, under: rule)
        guard let secret = try await secret(of: rule) else { throw .keyRefused }
        let grant = SignInGrant(
            key: rule.key, scopes: scopes, end: attempt.now + rule.lifetime, rule: rule.id, secret: secret)
        guard admitting(grant) else { throw .keyRefused }
        let isNew: Bool
        do {
            isNew = try await write(SignInRecord(grant, token, rule, attempt))
        } catch {
            throw .busy
        }
        guard isNew else { throw .tokenReplayed }
        return grant
    }

    private func secret(of rule: SignInRule) async throws(SignInRefusal) -> Digest? {
        do { return try await secret(rule.key) } catch { throw .busy }
    }

    /// Those of the rules whose issuer signed the token, by the keys that each of them trusts.
    private func genuine(
        _ token: ForeignToken, _ rules: [SignInRule], at now: Instant
    ) async throws(SignInRefusal) -> [SignInRule] {
        let places = Dictionary(grouping: rules, by: \.keys)
        guard places.count <= Self.mostKeyPlaces else { throw .severalRules }
        var genuine: [SignInRule] = []
        var refusal = SignInRefusal.keyUnknown
        for (place, rules) in places {
            do throws(SignInRefusal) {
                try await keys.check(token, keys: place, at: now)
                genuine += rules
            } catch {
                refusal = error
            }
        }
        guard !genuine.isEmpty else { throw refusal }
        return genuine
    }
}

/// How many are under way.
private final class Places: Sendable {
    private let taken = Mutex(0)

    func enter() -> Bool {
        taken.withLock { taken in
            guard taken < SignIns.mostAtOnce else { return false }
            taken += 1
            return true
        }
    }

    func leave() { taken.withLock { $0 -= 1 } }
}
