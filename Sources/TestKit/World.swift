// SPDX-License-Identifier: Apache-2.0
package import Access
package import HeldKeys
package import IssuedKeys
package import SQLiteEngine
internal import Secrets
package import Storage

/// A whole installation over SQLite in a temporary directory: every core's operations on one ledger, with the house
/// account, the built-in keyspace and one more.
package final class World: Sendable {
    package let directory: TemporaryDirectory
    package let engine: SQLiteEngine
    package let index: KeyIndex
    package let lending: Lending
    package let vault: Vault
    package let ledger: Ledger
    package let owners: Owners
    package let keyspaces: Keyspaces
    package let keys: Keys
    package let providers: Providers
    package let dataKeys: DataKeys
    package let credentials: Credentials
    package let integrations: Integrations
    package let exposures: Exposures
    package let operators: Operators

    private static let masterSeed: UInt64 = 7

    private init(
        _ directory: TemporaryDirectory, _ engine: SQLiteEngine, _ keyring: Keyring, seed: UInt64, bounds: SealBounds
    ) {
        let random = Randomness.seeded(seed)
        self.directory = directory
        self.engine = engine
        index = KeyIndex(lanes: 2)
        lending = Lending()
        vault = Vault(keyring: keyring)
        ledger = Ledger(engine: engine, index: index, lending: lending, vault: vault, random: random)
        owners = Owners(store: ledger.owners(), random: random)
        keyspaces = Keyspaces(store: ledger.keys(), random: random)
        keys = Keys(store: ledger.keys(), random: random)
        providers = Providers(store: ledger.credentials())
        dataKeys = DataKeys(counts: ledger, vault: vault, random: random, bounds: bounds)
        credentials = Credentials(store: ledger.credentials(), dataKeys: dataKeys, random: random)
        integrations = Integrations(store: ledger.credentials(), random: random)
        exposures = Exposures(store: ledger.credentials())
        operators = Operators(store: ledger.operators(), random: random)
    }

    /// A new installation, as `bitting init` makes one, and the keyspace `acme`.
    ///
    /// - Parameter isLasting: Whether what is written is on a disk; else it is faster.
    package static func make(
        seed: UInt64 = 1, bounds: SealBounds = SealBounds(), isLasting: Bool = true
    ) async throws -> World {
        let directory = try TemporaryDirectory(isLasting: isLasting)
        let engine = try SQLiteEngine(path: directory.path + "/bitting.db")
        try await Schema.migrate(engine)
        var random = Seeded(masterSeed)
        let master = MasterKey.generate(using: &random).key
        try await Opening.setUp(engine, term: Keyring.newTerm(1, under: master, using: &random), at: FixedTime.start)
        let world = World(directory, engine, try await keyring(engine), seed: seed, bounds: bounds)
        _ = try await world.owners.openAccount(
            by: .setup, OwnerDraft(name: "House", externalID: Owner.houseExternalID), at: FixedTime.start)
        _ = try await world.keyspaces.create(
            by: .setup, KeyspaceDraft(name: Keyspace.builtInName, prefix: Keyspace.builtInName), isBuiltIn: true,
            at: FixedTime.start)
        _ = try await world.keyspaces.create(
            by: .setup, KeyspaceDraft(name: "acme", prefix: "acme"), at: FixedTime.start)
        return world
    }

    private static func keyring(_ engine: SQLiteEngine) async throws -> Keyring {
        var random = Seeded(masterSeed)
        return try Keyring(opening: try await Opening.keyring(engine), with: MasterKey.generate(using: &random).key)
    }

    /// The same files, opened anew beside this world: what it knows is what is durable.
    package func reopened() async throws -> World {
        let engine = try SQLiteEngine(path: directory.path + "/bitting.db")
        let world = World(directory, engine, try await Self.keyring(engine), seed: 99, bounds: SealBounds())
        try await Opening.load(engine, into: world.index)
        try await Opening.load(engine, into: world.lending, vault: world.vault)
        return world
    }

    /// An account with an app.
    package func customer(_ name: String) async throws -> (account: AccountID, app: AppID) {
        let account = try await owners.openAccount(by: .setup, OwnerDraft(name: name), at: FixedTime.start).account
        let app = try await owners.addApp(by: .setup, to: account, OwnerDraft(name: name + " app"), at: FixedTime.start)
        guard case .app(let id) = app.id else { preconditionFailure("an app has an app's id") }
        return (account, id)
    }

    /// A caller with these scopes, bound to `accounts` or to none.
    package func caller(_ scopes: String, boundTo accounts: [AccountID]? = nil, of owner: OwnerID? = nil) -> Caller {
        Caller(
            key: KeyID(high: 1, low: 2), of: owner, scopes: ScopeSet(text: scopes), accounts: accounts.map(Set.init),
            address: nil)
    }

    /// Issues a key in `keyspace` and gives it with its text.
    package func issue(
        by caller: Caller = .setup, _ scopes: String = "labels:create", name: String = "key",
        in keyspace: String = "acme",
        for owner: OwnerID, at now: Instant = FixedTime.start, _ change: (inout KeyDraft) -> Void = { _ in }
    ) async throws -> SampleKey {
        var draft = KeyDraft(keyspace: keyspace, owner: owner, name: name, scopes: ScopeSet(text: scopes))
        change(&draft)
        let issued = try await keys.issue(by: caller, draft, at: now)
        return SampleKey(key: issued.key, text: issued.secret.exposed())
    }

    /// What the index says of a key's text.
    package func verdict(_ text: [UInt8], at now: Instant = FixedTime.start) -> VerdictCode {
        index.reading(lane: 0) { contents, _ in
            contents.verdict(on: Question(key: 0..<text.count), in: text.span, at: now).code
        }
    }
}
