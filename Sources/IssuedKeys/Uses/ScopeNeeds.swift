// SPDX-License-Identifier: Apache-2.0
package import Access

/// When calls with a key first and last needed a scope.
package struct ScopeNeed: Equatable, Sendable {
    /// Nil for calls of which it is unknown what they needed.
    package let scope: Scope?
    package let firstAt: Instant
    package let lastAt: Instant

    /// A need.
    package init(scope: Scope?, firstAt: Instant, lastAt: Instant) {
        self.scope = scope
        self.firstAt = firstAt
        self.lastAt = lastAt
    }
}

/// What a key's calls needed in the last thirty days, where that is known of all of them.
struct ScopeNeeds {
    private let needed: [Scope]
    /// Since when it is known.
    let since: Instant

    /// So many scopes are remembered of a key; with more, some may be missing.
    static let remembered = 500

    /// Nil unless there were calls for thirty days, the last ones lately, and each said what it needed.
    init?(_ needs: [ScopeNeed], at now: Instant) {
        let boundary = now - HygieneTerms.idle
        let recent = needs.filter { $0.lastAt > boundary }
        guard needs.count < Self.remembered, let first = needs.map(\.firstAt).min(), first <= boundary, !recent.isEmpty,
            recent.allSatisfy({ $0.scope != nil })
        else { return nil }
        needed = recent.compactMap(\.scope)
        since = first
    }

    /// The scopes of `held` that were needed; for those with a wildcard what was needed of them. Nil when that is no
    /// less, or when nothing of it was needed.
    func narrower(than held: ScopeSet) -> ScopeSet? {
        var kept: [Scope] = []
        for scope in held.scopes {
            let uses = needed.filter(scope.covers)
            kept += uses.contains(scope) ? [scope] : uses
        }
        let narrower = ScopeSet(kept)
        return kept.isEmpty || narrower == held || narrower.covers(all: held) || narrower.scopes.count > 100
            ? nil : narrower
    }
}
