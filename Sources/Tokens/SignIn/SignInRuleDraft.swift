// SPDX-License-Identifier: Apache-2.0
package import Access

/// What is given to make a rule.
package struct SignInRuleDraft: Sendable {
    package var name: String
    package var key: KeyID
    package var issuer: String
    package var audience: String
    package var claims: [ClaimCondition]
    package var scopes: ScopeSet?
    package var lifetime: Length
    package var replay: SignInRule.Replay
    package var keys: KeyPlace

    /// A draft.
    package init(
        name: String, key: KeyID, issuer: String, audience: String, claims: [ClaimCondition] = [],
        scopes: ScopeSet? = nil, lifetime: Length = SignInRule.usualLifetime, replay: SignInRule.Replay = .allowed,
        keys: KeyPlace = KeyPlace()
    ) {
        self.name = name
        self.key = key
        self.issuer = issuer
        self.audience = audience
        self.claims = claims
        self.scopes = scopes
        self.lifetime = lifetime
        self.replay = replay
        self.keys = keys
    }
}

/// What may be changed of a rule. Not whose word it takes and not what it gives: those make another rule.
package struct SignInRulePatch: Sendable {
    package var name: Patch<String> = .keep
    package var audience: Patch<String> = .keep
    package var claims: Patch<[ClaimCondition]> = .keep
    package var scopes: Patch<ScopeSet> = .keep
    package var lifetime: Patch<Length> = .keep
    package var replay: Patch<SignInRule.Replay> = .keep
    /// Cleared: by discovery again.
    package var address: Patch<String> = .keep
    /// Cleared: by discovery again.
    package var pinned: Patch<String> = .keep
    package var certificateAuthorities: Patch<String> = .keep

    /// A patch that changes nothing.
    package init() {}

    func apply(to rule: inout SignInRule) {
        rule.name = name.applied(to: rule.name) ?? rule.name
        rule.audience = audience.applied(to: rule.audience) ?? rule.audience
        rule.claims = claims.applied(to: rule.claims) ?? []
        rule.scopes = scopes.applied(to: rule.scopes)
        rule.lifetime = lifetime.applied(to: rule.lifetime) ?? SignInRule.usualLifetime
        rule.replay = replay.applied(to: rule.replay) ?? .allowed
        rule.keys.certificateAuthorities = certificateAuthorities.applied(to: rule.keys.certificateAuthorities)
        rule.keys.way = way(from: rule.keys.way)
    }

    private func way(from way: KeyPlace.Way) -> KeyPlace.Way {
        switch (pinned, address) {
        case (.set(let text), _): return .pinned(text)
        case (_, .set(let url)): return .address(url)
        case (.keep, .keep): return way
        case (.clear, _), (_, .clear): break
        }
        switch way {
        case .discovery: return .discovery
        case .address: return address == .clear ? .discovery : way
        case .pinned: return pinned == .clear ? .discovery : way
        }
    }
}
