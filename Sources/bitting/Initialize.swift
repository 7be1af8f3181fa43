// SPDX-License-Identifier: Apache-2.0
import Access
import CommandLine
import HeldKeys
import IssuedKeys
import SQLiteEngine
import Secrets
import Storage

/// `bitting init`: master key, database, house account, built-in keyspace and the first management key.
@Sendable
func initialize(_ options: InitOptions) async throws -> InitReport {
    Process.closeMemory()
    try Installation.check(options.database)
    let place = try Installation(options.dataDirectory, masterKey: options.masterKey)
    for path in [place.databaseFile] + place.masterKey.newFiles where Files.exists(path) {
        throw HouseFailure(
            "\(path) is there already.", fix: "Choose another directory; an installation is never written over.")
    }
    try Files.makeDirectory(options.dataDirectory)
    try Files.lock(place.lockFile)
    var random = Randomness.system
    let now = Clock.now()
    let master = try firstMasterKey(place, using: &random)
    let engine = try Installation.telling { try SQLiteEngine(path: place.databaseFile) }
    do {
        try await Schema.migrate(engine)
        let term = Keyring.newTerm(1, under: master, using: &random)
        try await Opening.setUp(engine, term: term, at: now)
        _ = try await place.proxyAuthority(engine, try Keyring(opening: [term], with: master))
        let key = try await firstKey(engine, at: now)
        return InitReport(
            dataDirectory: options.dataDirectory, masterKeyFile: place.masterKey.shown,
            madeMasterKey: !place.masterKey.newFiles.isEmpty, masterKeyID: master.id, managementKey: key)
    } catch {
        throw Installation.failure(error)
    }
}

/// Made where it comes from a file; else what is there.
private func firstMasterKey(_ place: Installation, using random: inout Randomness) throws -> MasterKey {
    let reader = MasterKeyReader(directory: place.directory)
    switch place.masterKey {
    case .file(let path):
        let (key, file) = MasterKey.generate(using: &random)
        try Files.writeOnce(file, to: path)
        return key
    case .passphrase(let passphrase): return try reader.adopt(passphrase, using: &random)
    case .credential, .command: return try reader.read(place.masterKey, wanted: nil)
    }
}

extension MasterKeySource {
    /// The file that `init` makes.
    fileprivate var newFiles: [String] { if case .file(let path) = self { [path] } else { [] } }

    /// As it is told to people: a file by its path.
    fileprivate var shown: String { if case .file(let path) = self { path } else { text } }
}

private func firstKey(_ engine: SQLiteEngine, at now: Instant) async throws -> [UInt8] {
    let ledger = Ledger(engine: engine, index: KeyIndex(lanes: 1), lending: Lending(), vault: nil, random: .system)
    let house = try await Owners(store: ledger.owners(), random: .system).openAccount(
        by: .setup, OwnerDraft(name: "This installation", externalID: Owner.houseExternalID), at: now)
    let keyspace = try await Keyspaces(store: ledger.keys(), random: .system).create(
        by: .setup, KeyspaceDraft(name: Keyspace.builtInName, prefix: Keyspace.builtInName), isBuiltIn: true, at: now)
    let issued = try await Keys(store: ledger.keys(), random: .system).issue(
        by: .setup,
        KeyDraft(
            keyspace: keyspace.name, owner: house.id, name: "First management key", scopes: ScopeSet([.of("*", "*")])),
        at: now)
    return issued.secret.revealing { span in (0..<span.count).map { span[$0] } }
}
