// SPDX-License-Identifier: Apache-2.0
package import Access

extension KeyIndex.Contents {
    /// What an answer says of a key, without copying its strings.
    package struct Portrait: Sendable {
        package let id: KeyID
        package let owner: OwnerID
        package let account: AccountID
        package let expiresAt: Instant
        package let graceExpiresAt: Instant
        /// When its secret was replaced; ``Instant/distantFuture`` for the current one.
        package let retiringSince: Instant
        package let isRetiring: Bool
    }

    /// The key at a position.
    package borrowing func portrait(_ key: KeyPosition) -> Portrait {
        let record = records[key.record]
        let owner = owners[Int(record.owner)]
        return Portrait(
            id: record.id, owner: owner.id, account: owner.accountID, expiresAt: record.expiresAt,
            graceExpiresAt: record.graceExpiresAt, retiringSince: record.retiringSince, isRetiring: record.isRetiring)
    }

    /// The name of a key's keyspace.
    package borrowing func keyspaceName(of key: KeyPosition) -> String {
        keyspaces[Int(records[key.record].keyspace)].name
    }

    /// The environment of a key's keyspace.
    package borrowing func environment(of key: KeyPosition) -> String {
        keyspaces[Int(records[key.record].keyspace)].environment
    }

    /// What other systems call a key's owner, or else its account; nil when neither has such a name.
    package borrowing func externalID(of key: KeyPosition) -> String? {
        guard !externalIDs.isEmpty else { return nil }
        let owner = records[key.record].owner
        return externalIDs[owner] ?? externalIDs[owners[Int(owner)].account]
    }

    /// Whether a key may stand in a query parameter.
    package borrowing func acceptsQueryParameter(_ key: KeyPosition) -> Bool {
        keyspaces[Int(records[key.record].keyspace)].acceptsQueryParameter
    }

    /// The scopes of a key, `a:b c:d`.
    package borrowing func scopeText(of key: KeyPosition) -> [UInt8] { scopeSets[Int(records[key.record].scopes)].text }

    /// The scopes of a key.
    package borrowing func scopes(of key: KeyPosition) -> ScopeSet { scopeSets[Int(records[key.record].scopes)] }

    /// The metadata of a key, a JSON object as text.
    package borrowing func metadata(of key: KeyPosition) -> String { metadata[Int(records[key.record].metadata)] }

    /// The name of a key, in UTF-8.
    package borrowing func name(of key: KeyPosition) -> ArraySlice<UInt8> {
        let place = records[key.record].name
        return nameBytes[Int(place.start)..<Int(place.start + place.count)]
    }

    /// What of a call, beside its key and scopes, a decision on this key rests on.
    package borrowing func variesWith(_ key: KeyPosition) -> (address: Bool, route: Bool) {
        let restriction = restrictions[Int(records[key.record].restriction)]
        return (!restriction.addresses.isEmpty, !restriction.routes.isEmpty)
    }

    /// Whether this is a management key, and the accounts it is bound to (nil for all).
    package borrowing func management(of key: KeyPosition) -> (isManagement: Bool, accounts: Set<AccountID>?) {
        let record = records[key.record]
        let bound = restrictions[Int(record.restriction)].accounts
        return (keyspaces[Int(record.keyspace)].isBuiltIn, bound.isEmpty ? nil : Set(bound))
    }

    /// Whether a management key may see `account`. Allocates nothing.
    package borrowing func sees(_ key: KeyPosition, _ account: AccountID) -> Bool {
        let bound = restrictions[Int(records[key.record].restriction)].accounts
        return bound.isEmpty || bound.contains(account)
    }
}

extension KeyIndex.Contents {
    /// Whether a key is a management key that may verify others.
    package borrowing func holdsVerifyPermission(_ key: KeyPosition) -> Bool {
        let record = records[key.record]
        return keyspaces[Int(record.keyspace)].isBuiltIn && mayVerify[Int(record.scopes)]
    }
}
