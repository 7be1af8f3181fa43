// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import Metering
internal import Secrets

extension KeyIndex {
    /// The tables of the index. Noncopyable: a copy would touch the count of every table on each verification.
    /// Positions in them are stable: nothing is ever moved or removed but whole secrets.
    package struct Contents: ~Copyable, Sendable {
        private(set) var records: [KeyRecord] = []
        private(set) var owners: [IndexedOwner] = []
        /// How many owners are locked; while there are none, nobody looks one up.
        private(set) var lockedOwners = 0
        private(set) var keyspaces: [Keyspace] = []
        private(set) var scopeSets: [ScopeSet] = []
        /// Which scope sets hold `keys:verify`, so that it is not worked out for each verification.
        private(set) var mayVerify: [Bool] = []
        private(set) var restrictions: [Restriction] = [.none]
        private(set) var metadata: [String] = ["{}"]
        /// Two have a meaning of their own: see ``KeyRecord/limits``.
        private(set) var limitSets: [LimitSet] = [.none, .none]
        /// By keyspace: the position of its default limits.
        private(set) var defaultLimits: [UInt32] = []
        /// The first stands for none.
        private(set) var quotas: [Quota?] = [nil]
        /// What other systems call an owner, by its position; for those that have such a name.
        private(set) var externalIDs: [UInt32: String] = [:]
        /// How many owners have a quota; while there are none, nobody looks one up.
        private(set) var ownersWithQuota = 0
        /// How many secrets were made elsewhere; while there are none, what has not our form is not looked up.
        private(set) var foreignSecrets = 0
        private var names = NameArena()
        var nameBytes: [UInt8] { names.bytes }
        private var slots = SlotTable()

        private var ownerPositions: [OwnerID: UInt32] = [:]
        private var keyspacePositions: [KeyspaceID: UInt32] = [:]
        private var scopePositions: [ScopeSet: UInt32] = [:]
        private var restrictionPositions: [Restriction: UInt32] = [.none: 0]
        private var metadataPositions: [String: UInt32] = ["{}": 0]
        private var limitPositions: [[Limit]: UInt32] = [[]: KeyRecord.noLimits]
        private var quotaPositions: [Quota: UInt32] = [:]

        init() {}

        /// The record of a secret, by its digest.
        @inline(__always)
        func find(_ digest: Digest) -> Int? {
            slots.find(digest.words.0) { records[$0].digest == digest }
        }

        /// The record of the secret that a token stands for.
        func find(_ token: ShownToken) -> Int? {
            slots.find(token.secret) { records[$0].digest.words.0 == token.secret && records[$0].id == token.key }
        }

        mutating func reserve(_ count: Int) {
            records.reserveCapacity(records.count + count)
            HugePages.wish(for: &records)
            slots.reserve(records.count + count)
            names.reserve(count * 16)
        }

        mutating func apply(_ change: KeyChange) {
            switch change {
            case .owner(let id, let account, let isLocked, let quota, let externalID):
                let position = Int(ownerPosition(id, account))
                if owners[position].isLocked != isLocked { lockedOwners += isLocked ? 1 : -1 }
                owners[position].isLocked = isLocked
                if (owners[position].quota == 0) != (quota == nil) { ownersWithQuota += quota == nil ? -1 : 1 }
                owners[position].quota = self.position(of: quota)
                externalIDs[UInt32(position)] = externalID
            case .keyspace(let keyspace):
                if let position = keyspacePositions[keyspace.id] {
                    keyspaces[Int(position)] = keyspace
                    defaultLimits[Int(position)] = self.position(of: keyspace.defaultLimits)
                } else {
                    keyspacePositions[keyspace.id] = UInt32(keyspaces.count)
                    keyspaces.append(keyspace)
                    defaultLimits.append(position(of: keyspace.defaultLimits))
                }
            case .key(let key):
                for secret in key.secrets { put(key, secret) }
            case .forget(let digest):
                if let position = find(digest) {
                    slots.remove(digest.words.0, position)
                    if records[position].isForeign { foreignSecrets -= 1 }
                    records[position].state = .revoked
                }
            }
        }

        private mutating func put(_ key: Key, _ secret: KeySecret) {
            guard let keyspace = keyspacePositions[key.keyspace] else {
                preconditionFailure("a key's keyspace is known before the key")
            }
            let found = find(secret.digest)
            let sameName = found.map { names.holds(key.name, at: records[$0].name) } ?? false
            let record = KeyRecord(
                digest: secret.digest, id: key.id, state: RecordState(key.state, secret.role),
                isRetiring: secret.role != .current, isForeign: secret.isForeign,
                expiresAt: key.expiresAt ?? .distantFuture, notBefore: key.notBefore ?? Instant(milliseconds: .min),
                graceExpiresAt: secret.role == .current ? .distantFuture : key.graceEnd(of: secret),
                retiringSince: secret.retiringSince ?? .distantFuture, owner: ownerPosition(key.owner, key.account),
                keyspace: keyspace, scopes: position(of: key.scopes), restriction: position(of: key.restriction),
                metadata: position(ofMetadata: key.metadata),
                limits: key.limits.map { position(of: $0) } ?? KeyRecord.keyspacesLimits,
                quota: position(of: key.quota),
                name: sameName ? records[found ?? 0].name : names.add(key.name))
            if let found {
                records[found] = record
            } else {
                slots.insert(secret.digest.words.0, records.count) { records[$0].digest.words.0 }
                records.append(record)
                if secret.isForeign { foreignSecrets += 1 }
            }
        }

        private mutating func ownerPosition(_ id: OwnerID, _ account: AccountID) -> UInt32 {
            if let position = ownerPositions[id] { return position }
            let isAccount = id == .account(account)
            let accountPosition = isAccount ? UInt32(owners.count) : ownerPosition(.account(account), account)
            let position = UInt32(owners.count)
            owners.append(IndexedOwner(id: id, account: accountPosition, accountID: account, isLocked: false, quota: 0))
            ownerPositions[id] = position
            return position
        }

        private mutating func position(of scopes: ScopeSet) -> UInt32 {
            if let position = scopePositions[scopes] { return position }
            let position = UInt32(scopeSets.count)
            scopeSets.append(scopes)
            mayVerify.append(scopes.covers(Permission.keysVerify))
            scopePositions[scopes] = position
            return position
        }

        private mutating func position(of restriction: Restriction) -> UInt32 {
            if let position = restrictionPositions[restriction] { return position }
            let position = UInt32(restrictions.count)
            restrictions.append(restriction)
            restrictionPositions[restriction] = position
            return position
        }

        private mutating func position(of limits: [Limit]) -> UInt32 {
            if let position = limitPositions[limits] { return position }
            let position = UInt32(limitSets.count)
            limitSets.append(LimitSet(limits))
            limitPositions[limits] = position
            return position
        }

        private mutating func position(of quota: Quota?) -> UInt32 {
            guard let quota else { return 0 }
            if let position = quotaPositions[quota] { return position }
            let position = UInt32(quotas.count)
            quotas.append(quota)
            quotaPositions[quota] = position
            return position
        }

        private mutating func position(ofMetadata text: String) -> UInt32 {
            if let position = metadataPositions[text] { return position }
            let position = UInt32(metadata.count)
            metadata.append(text)
            metadataPositions[text] = position
            return position
        }

        var byteCount: Int {
            records.capacity * MemoryLayout<KeyRecord>.stride + slots.byteCount + names.byteCount
                + owners.capacity * MemoryLayout<IndexedOwner>.stride * 2
        }
    }
}

/// One secret in memory: everything a verification reads of its key, in two cache lines.
struct KeyRecord: Sendable {
    let digest: Digest
    let id: KeyID
    var state: RecordState
    let isRetiring: Bool
    let isForeign: Bool
    let expiresAt: Instant
    let notBefore: Instant
    let graceExpiresAt: Instant
    /// ``Instant/distantFuture`` for the current secret.
    let retiringSince: Instant
    let owner: UInt32
    let keyspace: UInt32
    let scopes: UInt32
    let restriction: UInt32
    let metadata: UInt32
    /// A position among the limit sets, or one of the two below.
    let limits: UInt32
    /// A position among the quotas; 0 for none.
    let quota: UInt32
    let name: NameArena.Place

    /// The key has the limits of its keyspace.
    static let keyspacesLimits: UInt32 = 0
    /// The key has none.
    static let noLimits: UInt32 = 1
}

/// The state of a key and of one of its secrets in one byte.
enum RecordState: UInt8, Sendable {
    case active, disabled, revoked
    /// The key is active, and this secret of it is dead.
    case retired

    init(_ state: KeyState, _ role: KeySecret.Role) {
        switch (state, role) {
        case (.active, .current), (.active, .retiring): self = .active
        case (.active, .retired): self = .retired
        case (.disabled, _): self = .disabled
        case (.revoked, _): self = .revoked
        }
    }
}

/// An owner in memory, with the position of its account.
struct IndexedOwner: Sendable {
    let id: OwnerID
    let account: UInt32
    let accountID: AccountID
    var isLocked: Bool
    /// A position among the quotas; 0 for none.
    var quota: UInt32
}

extension Key {
    fileprivate var restriction: Restriction {
        Restriction(addresses: allowedAddresses, routes: allowedRoutes, accounts: boundAccounts)
    }
}
