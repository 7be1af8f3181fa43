// SPDX-License-Identifier: Apache-2.0
internal import Access

/// What a genuine identity gets: pure functions.
enum SignInDecision {
    /// The one rule that the claims fulfil.
    static func rule(for claims: ForeignClaims, among rules: [SignInRule]) throws(SignInRefusal) -> SignInRule {
        let forUs = rules.filter { $0.issuer.utf8.elementsEqual(claims.issuer.utf8) && claims.isFor($0.audience) }
        guard !forUs.isEmpty else { throw .audienceMismatch }
        let matching = forUs.filter { rule in rule.claims.allSatisfy { $0.fitting(claims.all) != nil } }
        guard let rule = matching.first else { throw .claimsMismatch }
        guard matching.count == 1 else { throw .severalRules }
        return rule
    }

    /// What the token is narrowed to; nil for all that the key may.
    static func scopes(_ wanted: ScopeSet?, under rule: SignInRule) throws(SignInRefusal) -> ScopeSet? {
        guard let wanted, !wanted.scopes.isEmpty else { return rule.scopes }
        guard rule.scopes?.covers(all: wanted) ?? true else { throw .scopeRefused }
        return wanted
    }
}
