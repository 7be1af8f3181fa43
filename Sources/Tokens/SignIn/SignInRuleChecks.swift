// SPDX-License-Identifier: Apache-2.0
internal import Access

/// What must hold of a rule, whichever call makes or changes it.
extension SignInRule {
    /// Throws what is wrong with it by itself.
    func check() throws(Refusal) {
        guard IssuerURL.isGood(issuer) else {
            throw .invalid(
                pointer: "/issuer", detail: "This is no issuer's address.",
                fix: "Send it as it stands in the tokens' iss: https, without query or fragment.")
        }
        guard Self.lifetimes.contains(lifetime) else {
            throw .invalid(
                pointer: "/lifetime", detail: "Tokens for identities live from 1m to 1h.", fix: "Send such a length.")
        }
        guard Set(claims.map(\.claim)).count == claims.count, claims.count <= ClaimCondition.most else {
            throw .invalid(
                pointer: "/claims", detail: "There are more than \(ClaimCondition.most) claims.", fix: "Send fewer.")
        }
        try checkKeys()
        if let shared = SharedIssuer.named(issuer), !shared.isPinned(by: claims) {
            throw .invalid(
                pointer: "/claims",
                detail: "Anybody can get a token from this issuer; nothing in the claims says whose are meant.",
                fix: "Add one with a whole name in it, such as \(shared.example).")
        }
    }

    private func checkKeys() throws(Refusal) {
        switch keys.way {
        case .discovery: return
        case .address(let url):
            guard IssuerURL.isGood(url, withQuery: true) else {
                throw .invalid(
                    pointer: "/jwks_uri", detail: "This is no address of keys.", fix: "Send an https address.")
            }
        case .pinned(let text):
            guard text.utf8.count <= KeyPlace.longestPinned, let set = try? ForeignKeySet(Array(text.utf8)) else {
                throw .invalid(
                    pointer: "/jwks", detail: "This is no JWK Set of at most \(ForeignKeySet.mostKeys) keys.",
                    fix: "Send {\"keys\": […]} as the issuer publishes it.")
            }
            guard set.weak == 0, !set.entries.isEmpty else {
                throw .invalid(
                    pointer: "/jwks",
                    detail: set.weak > 0
                        ? "An RSA key has fewer than 2048 bits." : "No key in it can check a signature here.",
                    fix: "Send public keys: RSA of 2048 bits or more, EC P-256 or P-384, or Ed25519.")
            }
        }
    }

    /// Throws when it would give more than the key has, or than the caller may give.
    func check(against key: SignInKey, by caller: Caller) throws(Refusal) {
        if let scopes, !key.scopes.covers(all: scopes) {
            throw .invalid(
                pointer: "/scopes", detail: "The key does not have all of these scopes.",
                fix: "Send some of the key's scopes, or leave the field out for all of them.")
        }
        guard !key.isManagement || caller.scopes.covers(all: key.scopes) else {
            throw .wouldEscalate(
                pointer: "/key",
                detail: "Nobody may let others sign in as a management key with a scope that the caller does not hold.")
        }
    }
}

extension SignInKey {
    /// Whether a caller may have anything to do with it: not one that reaches beyond the caller's accounts.
    func isWithinReach(of caller: Caller) -> Bool {
        guard caller.sees(account) else { return false }
        guard isManagement, let mine = caller.accounts else { return true }
        return !boundAccounts.isEmpty && mine.isSuperset(of: boundAccounts)
    }
}
