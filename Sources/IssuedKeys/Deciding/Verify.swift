// SPDX-License-Identifier: Apache-2.0
package import Access
internal import Secrets

/// What is asked: ranges of one message's bytes, so that nothing is copied before the decision.
package struct Question: Sendable {
    /// The key's text.
    package var key: Range<Int>
    /// The scope query; nil when nothing is needed.
    package var scopes: Range<Int>?
    /// The method and path of the call to be made; nil when unknown.
    package var method: Range<Int>?
    /// The path, without its query.
    package var path: Range<Int>?
    /// Who makes the call; nil when unknown.
    package var address: IPAddress?
    /// The program that makes the call, as it says itself; nil when unknown.
    package var userAgent: Range<Int>?
    /// What the call takes from limits and quotas. 0 looks without taking.
    package var cost: Int64 = 1
    /// Words to count the call under.
    package var tags: [Range<Int>] = []
    /// The key stood in a query parameter, where only some keyspaces take one.
    package var isFromQuery = false
    /// The management key that asks; keys of accounts it does not see do not exist for it.
    package var viewer: KeyPosition?
    /// The token that `key` turned out to be. Its text is then no key's.
    package var token: ShownToken?
    /// Nothing is called: the key is shown to be traded for a token, and where it may be used is looked at when that is.
    package var isTrade = false

    /// A question about a key alone.
    package init(key: Range<Int>) { self.key = key }
}

extension KeyIndex.Contents {
    /// The decision on one call, in the order of the checks: shape, checksum, look-up, state, expiry, owner's lock,
    /// address, method and path, scopes.
    ///
    /// Pure: reads the index and the message, changes nothing. What is not known (address, method, path) is refused
    /// where the key restricts it, never guessed. Cost: one checksum, one SHA-256, one look-up; no allocation unless
    /// the path holds a percent sign.
    package borrowing func verdict(on question: Question, in bytes: Span<UInt8>, at now: Instant) -> Verdict {
        let text = bytes.extracting(question.key)
        let isOurs = question.token != nil || KeyText.isWellFormed(text)
        guard isOurs || mayBeForeign(text) else { return .malformed }
        let absent = isOurs ? Verdict.unknown : .malformed
        guard let position = question.token.map({ find($0) }) ?? find(Digest(of: text)) else { return absent }
        let record = records[position]
        let key = KeyPosition(record: position, isRetiring: record.isRetiring)
        if question.isFromQuery && !acceptsQueryParameter(key) { return absent }
        if let viewer = question.viewer, !sees(viewer, owners[Int(record.owner)].accountID) { return absent }
        let standing = standing(of: key, at: now)
        guard case .valid = standing else { return standing }
        if let token = question.token {
            if token.isRevoked { return .revoked(key) }
            if now >= token.expiresAt { return .expired(key) }
        }
        if record.restriction != 0 {
            let restriction = restrictions[Int(record.restriction)]
            guard restriction.allows(question.address) else { return .addressDenied(key) }
            guard question.isTrade || restriction.allows(bytes, method: question.method, path: question.path) else {
                return .routeDenied(key)
            }
        }
        guard let scopes = question.scopes else { return .valid(key) }
        let decided =
            question.token == nil
            ? ScopeQuery.decide(scopeSets[Int(record.scopes)], bytes, scopes)
            : ScopeQuery.decide(self.scopes(of: key, by: question.token), bytes, scopes)
        switch decided {
        case .held: return .valid(key)
        case .missing: return .insufficientScope(key)
        case .unreadable: return .unreadableScopes
        }
    }

    /// Whether a key is good at all, whatever the call: its state, its time, its owner's lock.
    @inline(__always)
    package borrowing func standing(of key: KeyPosition, at now: Instant) -> Verdict {
        let record = records[key.record]
        switch record.state {
        case .active: break
        case .disabled: return .disabled(key)
        case .revoked: return .revoked(key)
        case .retired: return .expired(key)
        }
        if now >= record.expiresAt || (record.isRetiring && now >= record.graceExpiresAt) { return .expired(key) }
        if now < record.notBefore { return .disabled(key) }
        if lockedOwners > 0 {
            let owner = owners[Int(record.owner)]
            if owner.isLocked || owners[Int(owner.account)].isLocked { return .locked(key) }
        }
        return .valid(key)
    }
}

extension KeyIndex.Contents {
    /// Whether a text without our form is looked up: while there are keys from elsewhere, and it has a length of one.
    package borrowing func mayBeForeign(_ text: Span<UInt8>) -> Bool {
        foreignSecrets > 0 && ForeignMark.lengths.contains(text.count)
    }
}

/// Where a key may be used from and for what; shared by all keys that say the same.
struct Restriction: Hashable, Sendable {
    let addresses: [AddressRange]
    let routes: [Route]
    /// Management keys: the accounts it sees; empty for all.
    let accounts: [AccountID]

    static let none = Restriction(addresses: [], routes: [], accounts: [])

    func allows(_ address: IPAddress?) -> Bool {
        guard !addresses.isEmpty else { return true }
        guard let address else { return false }
        return addresses.contains { $0.contains(address) }
    }

    func allows(_ bytes: Span<UInt8>, method: Range<Int>?, path: Range<Int>?) -> Bool {
        guard !routes.isEmpty else { return true }
        guard let method, let path else { return false }
        switch CanonicalPath.read(bytes, path) {
        case .refused: return false
        case .asWritten:
            for route in routes where route.allows(bytes, method: method, path: path) { return true }
            return false
        case .rewritten(var canonical):
            let end = canonical.count
            for position in method { canonical.append(bytes[position]) }
            let joined = canonical.span
            for route in routes where route.allows(joined, method: end..<joined.count, path: 0..<end) { return true }
            return false
        }
    }
}
