// SPDX-License-Identifier: Apache-2.0
import Access
import Foundation
import HeldKeys
import IssuedKeys
import Metering
import Offboarding
import SQLiteEngine
import Secrets
import Storage
import Tokens
import Synchronization
import Telling

@testable import ControlPlane

/// A small installation over a real database: cores, storage, index, and one management key that may do anything.
final class World: Sendable {
    let ports: ControlPorts
    let index: KeyIndex
    let ledger: Ledger
    let engine: SQLiteEngine
    let clock: Clock
    /// How many requests were refused for their key.
    let refusals: Counter
    let house: Owner
    /// The text of the first management key.
    let managerKey: String
    /// What signs the trail.
    let signer: NoteSigner
    private let trailSigner: TrailSigner
    /// Rings for those who wait; somebody must run it.
    let bell: EventBell
    /// What was posted.
    let posts: Posts
    private let directory: URL

    init() async throws {
        directory = FileManager.default.temporaryDirectory.appending(path: "bitting-control-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        clock = Clock()
        refusals = Counter()
        index = KeyIndex(lanes: 2)
        var random = Randomness.system
        engine = try SQLiteEngine(path: directory.appending(path: "bitting.db").path)
        try await Schema.migrate(engine)
        let master = MasterKey.generate(using: &random).key
        let term = Keyring.newTerm(1, under: master, using: &random)
        try await Opening.setUp(engine, term: term, at: clock.now)
        let keyring = try Keyring(opening: [term], with: master)
        let vault = Vault(keyring: keyring)
        signer = try await SigningKeyRows.signer(engine, keyring, at: clock.now, using: random)
        trailSigner = TrailSigner(engine: engine, signer: signer, longestSilence: .seconds(3600))
        let bell = EventBell()
        self.bell = bell
        ledger = Ledger(
            engine: engine, index: index, lending: Lending(), vault: vault, random: .system, bell: bell)
        posts = Posts()
        ports = World.ports(ledger, engine, index, vault, clock, refusals, posts.port(ledger, keyring, bell))
        house = try await ports.owners.openAccount(
            by: .setup, OwnerDraft(name: "House", externalID: Owner.houseExternalID), at: clock.now)
        _ = try await ports.keyspaces.create(
            by: .setup, KeyspaceDraft(name: "bitting", prefix: "bitting"), isBuiltIn: true, at: clock.now)
        managerKey = try await World.issue(ports, house.id, ["*:*"], bound: [], at: clock.now)
    }

    deinit { try? FileManager.default.removeItem(at: directory) }

    /// Takes a checkpoint.
    func signTrail() async throws { _ = try await trailSigner.sign(at: clock.now) }

    /// The text of a new management key of the house.
    func managementKey(_ scopes: [String], boundTo accounts: [AccountID] = []) async throws -> String {
        try await World.issue(ports, house.id, scopes, bound: accounts, at: clock.now)
    }

    private static func issue(
        _ ports: ControlPorts, _ owner: OwnerID, _ scopes: [String], bound: [AccountID], at now: Instant
    ) async throws -> String {
        let draft = KeyDraft(
            keyspace: "bitting", owner: owner, name: "test", scopes: ScopeSet(scopes.compactMap { Scope($0) }),
            boundAccounts: bound)
        let issued = try await ports.keys.issue(by: .setup, draft, at: now)
        return issued.secret.revealing { span in String(decoding: (0..<span.count).map { span[$0] }, as: UTF8.self) }
    }

    private static func ports(
        _ ledger: Ledger, _ engine: SQLiteEngine, _ index: KeyIndex, _ vault: Vault, _ clock: Clock,
        _ refusals: Counter, _ telling: TellingPort
    ) -> ControlPorts {
        let credentials = Credentials(
            store: ledger.credentials(), dataKeys: DataKeys(counts: ledger, vault: vault, random: .system),
            random: .system)
        return ControlPorts(
            owners: Owners(store: ledger.owners(), random: .system),
            keyspaces: Keyspaces(store: ledger.keys(), random: .system),
            keys: Keys(store: ledger.keys(), random: .system),
            operators: Operators(store: ledger.operators(), random: .system),
            providers: Providers(store: ledger.credentials()), credentials: credentials,
            integrations: Integrations(store: ledger.credentials(), random: .system),
            rotations: Rotations(store: ledger.credentials(), credentials: credentials, random: .system),
            offboardings: Offboardings(store: ledger.offboardings(), random: .system), signReport: { $0 },
            exposures: Exposures(store: ledger.credentials()),
            uses: Uses(store: ledger.uses()), heldUses: HeldUses(store: ledger.heldUses()),
            hygiene: Hygiene(store: ledger.hygiene()), heldHygiene: HeldHygiene(store: ledger.heldHygiene()),
            tokenKeys: TokenKeys(store: ledger.tokens(), random: .system),
            depositing: DepositPort(
                deposits: Deposits(
                    store: ledger.credentials(), tickets: ledger, credentials: credentials, vault: vault,
                    random: .system),
                keys: DepositKeys(store: ledger.credentials(), vault: vault, random: .system)),
            authenticate: { text, address, now in authenticate(text, address, now, index) },
            refusedUnauthenticated: { _ in refusals.add() }, pendingUse: { index.pendingUse(of: $0) },
            remaining: { budgets, now in try await balances(of: budgets, engine, at: now) }, zones: .iana,
            signInRules: SignInRules(store: ledger.signInRules(), random: .system),
            flushUses: { try? await Opening.store(index.takeUses(), engine) },
            events: { caller, choice, after, limit, now in
                let filter = EventFilter(account: choice.account, action: choice.action, types: choice.types)
                return try await ledger.events(by: caller, filter, after: after, limit: limit, at: now)
            },
            audit: AuditPort { caller, now in
                try await ledger.verifierKey(by: caller, at: now)
            } checkpoints: { caller, after, limit, now in
                try await ledger.checkpoints(by: caller, after: after, limit: limit, at: now)
            },
            telling: telling, vault: vaultPort(ledger, vault),
            keptAnswer: { try await ledger.keptAnswer(by: $0, needing: $1, at: $2) },
            proxyAuthority: { _, _ in "" }, metrics: { "bitting_up 1\n" }, isReady: { true }, now: { clock.now })
    }

    /// The next master key is staged, and made here, under any id.
    private static func vaultPort(_ ledger: Ledger, _ vault: Vault) -> VaultPort {
        VaultPort(
            keeping: Keeping(store: ledger.keeping(), keyring: vault.keyring, random: .system),
            erasure: Erasure(
                store: ledger.credentials(), dataKeys: DataKeys(counts: ledger, vault: vault, random: .system)),
            stagedMasterKey: { _ in
                var random = Randomness.system
                return MasterKey.generate(using: &random).key
            }, settleMasterKey: {}, overwriteDeleted: { true })
    }

    private static func balances(
        of budgets: [HeldBudget], _ engine: SQLiteEngine, at now: Instant
    ) async throws -> [Balance] {
        let states = try await Opening.budgetStates(of: budgets.map(\.budget.subject), engine)
        return budgets.map { held in
            Balance(of: held.budget, stored: states[held.budget.subject], known: nil, at: now, in: .iana)
        }
    }

    private static func authenticate(
        _ text: [UInt8], _ address: IPAddress?, _ now: Instant, _ index: KeyIndex
    ) -> Caller? {
        index.reading(lane: 0) { contents, _ in
            var question = Question(key: 0..<text.count)
            question.address = address
            guard case .valid(let key) = contents.verdict(on: question, in: text.span, at: now) else { return nil }
            let (isManagement, accounts) = contents.management(of: key)
            guard isManagement else { return nil }
            let portrait = contents.portrait(key)
            return Caller(
                key: portrait.id, of: portrait.owner, scopes: contents.scopes(of: key), accounts: accounts,
                address: address?.description)
        }
    }
}

/// A clock that stands still unless it is put on.
final class Clock: Sendable {
    private let moment = Mutex(Instant(milliseconds: 1_790_000_000_000))
    var now: Instant { moment.withLock { $0 } }
    func advance(_ length: Length) { moment.withLock { $0 = $0 + length } }
}

/// Counts.
final class Counter: Sendable {
    private let total = Mutex(0)
    var count: Int { total.withLock { $0 } }
    func add() { total.withLock { $0 += 1 } }
}

extension TimeZones {
    /// The zones this machine knows.
    static let iana = TimeZones { name, moment in
        let at = Date(timeIntervalSince1970: Double(moment.milliseconds) / 1000)
        return TimeZone(identifier: name).map { Int64($0.secondsFromGMT(for: at)) }
    }
}
