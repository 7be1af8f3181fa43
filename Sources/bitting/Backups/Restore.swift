// SPDX-License-Identifier: Apache-2.0
import Access
import CommandLine
import Glibc
import HeldKeys
import IssuedKeys
import SQLiteEngine
import Secrets
import Storage

/// `bitting restore`: checks everything beside the place where it will be, then moves it there.
@Sendable
func restore(_ options: RestoreOptions) async throws -> RestoreReport {
    Process.closeMemory()
    guard Files.isEmptyDirectory(options.dataDirectory) || !Files.exists(options.dataDirectory) else {
        throw HouseFailure(
            "\(options.dataDirectory) is there and is not empty.",
            fix: "Choose another directory; nothing is ever written over.")
    }
    let keysFile = options.keysFile ?? BackupOptions.keysFile(beside: options.file)
    let (database, keys) = (try BackupReader(options.file), try BackupReader(keysFile))
    try check(database.head, keys.head, options.file, keysFile)
    let masters = try MasterKeys(options, [database.head, keys.head])
    let work = try WorkingDirectory(options.dataDirectory)
    try database.open(under: masters[database.head]) { try work.append($0) }
    try work.finishDatabase()
    let dataKeys = try readDataKeys(keys, keysFile, masters[keys.head])
    try putTogether(work, database.head, keys.head, dataKeys, masters, options)
    try await note(work, database.head, keys.head)
    try work.moveIntoPlace()
    return RestoreReport(
        dataDirectory: options.dataDirectory, createdAt: database.head.createdAt,
        lastEvent: database.head.chainEnd.sequence, masterKeyID: newest(database.head, keys.head).masterKeyID,
        dataKeys: dataKeys.count { $0.erasedAt == nil },
        erasedAccounts: Set(dataKeys.filter { $0.erasedAt != nil }.map(\.account)).count)
}

/// The head whose keyring goes on: that of the later state.
private func newest(_ database: BackupHead, _ keys: BackupHead) -> BackupHead {
    keys.chainEnd.sequence >= database.chainEnd.sequence ? keys : database
}

private func check(_ database: BackupHead, _ keys: BackupHead, _ file: String, _ keysFile: String) throws {
    guard database.kind == .database else {
        throw HouseFailure(
            "\(file) holds keys and no database.", fix: "Give the other file first, this one with --keys.")
    }
    guard keys.kind == .dataKeys else {
        throw HouseFailure("\(keysFile) holds no keys.", fix: "Give the file of keys with --keys.")
    }
    guard database.installation == keys.installation else {
        throw HouseFailure(
            "\(keysFile) holds the keys of another installation than \(file).", fix: "Give the right one with --keys.")
    }
    guard max(database.schemaStep, keys.schemaStep) <= BackupContents.newestStep else {
        throw HouseFailure(
            "The backup was made by a newer version of Bitting.", fix: "Restore it with that version, or a later one.")
    }
}

private func readDataKeys(_ reader: BackupReader, _ path: String, _ master: MasterKey) throws -> [DataKey] {
    var text: [UInt8] = []
    try reader.open(under: master) { text += $0 }
    guard let keys = BackupContents.dataKeys(text) else {
        throw HouseFailure(
            "\(path) is not as this version writes it.", fix: "Restore it with the version that wrote it.")
    }
    return keys
}

/// Checks the database, puts keyring and data keys into it, and opens each of them.
private func putTogether(
    _ work: WorkingDirectory, _ head: BackupHead, _ keysHead: BackupHead, _ dataKeys: [DataKey], _ masters: MasterKeys,
    _ options: RestoreOptions
) throws {
    do {
        let file = try SQLiteFile(path: work.databaseFile)
        guard try file.isSound() else { throw StorageFailure.unreadable("page or index") }
        let facts = try file.change(BackupContents.facts)
        guard facts.chainEnd == head.chainEnd, facts.schemaStep == head.schemaStep, facts.terms == head.terms,
            facts.installation == head.installation
        else { throw StorageFailure.unreadable("head that is not its own") }
        let newest = newest(head, keysHead)
        let vault = Vault(keyring: try open(newest.terms, masters[newest]))
        for key in dataKeys where key.erasedAt == nil {
            _ = try vault.dataKey(key.box, of: key.account, number: key.number)
        }
        try file.change { statements in
            try BackupContents.followTrail(statements, to: head.chainEnd)
            let missing = try BackupContents.accountsWithoutKey(statements, dataKeys)
            guard missing.isEmpty || options.allowsMissingKeys else { throw areMissing(missing) }
            try BackupContents.put(dataKeys, newest.terms, statements, at: head.createdAt)
        }
        try file.close()
        if let recipe = newest.recipe { try PassphraseRecipes([recipe]).write(to: work.recipeFile) }
    } catch {
        throw failure(error)
    }
}

private func open(_ terms: [Keyring.SealedTerm], _ master: MasterKey) throws -> Keyring {
    do throws(Keyring.Fault) {
        return try Keyring(opening: terms, with: master)
    } catch {
        throw HouseFailure("The keyring of the backup does not open.", fix: "Take another copy of the backup.")
    }
}

private func areMissing(_ accounts: [AccountID]) -> HouseFailure {
    HouseFailure(
        "The file of keys is older than the backup: what is held for \(accounts.count) accounts could not be opened, "
            + "such as \(accounts.prefix(3).map(\.description).joined(separator: ", ")).",
        fix: "Give the newest file of keys with --keys, or say --allow-missing-keys.")
}

private func failure(_ error: any Error) -> any Error {
    switch error {
    case is SealFailure:
        HouseFailure("A data key of the backup does not open.", fix: "Take another copy of the file of keys.")
    case is EventChain.Break:
        HouseFailure(
            "The audit trail in the backup is broken.", fix: "Take another backup; find out who could write it.")
    case StorageFailure.unreadable(let what):
        HouseFailure("The backup holds a \(what) that cannot be read.", fix: "Take another backup.")
    default: Installation.failure(error)
    }
}

/// The restored trail says that it was restored, and from what.
private func note(_ work: WorkingDirectory, _ head: BackupHead, _ keys: BackupHead) async throws {
    do {
        let engine = try SQLiteEngine(path: work.databaseFile)
        try await Schema.migrate(engine)
        let ledger = Ledger(engine: engine, index: KeyIndex(lanes: 1), lending: Lending(), vault: nil, random: .system)
        var note = EventNote("vault.restore")
        note.details = [
            .init("backup_of", head.createdAt.description), .init("keys_of", keys.createdAt.description),
            .init("last_event", String(head.chainEnd.sequence)),
        ]
        try await ledger.record(note, by: .setup, at: Clock.now())
        try engine.close()
    } catch {
        throw Installation.failure(error)
    }
}

/// The master keys that the files need: one, or two where the master key was rotated between them.
private struct MasterKeys {
    private var keys: [String: MasterKey] = [:]

    init(_ options: RestoreOptions, _ heads: [BackupHead]) throws {
        let recipes = heads.compactMap(\.recipe)
        let reader = MasterKeyReader(directory: "", given: recipes)
        for text in [options.masterKey, options.formerMasterKey].compactMap(\.self) {
            let source = try Installation.source(text)
            // A passphrase belongs to the recipe of one of the files; the newest first.
            let wanted = source.isPassphrase ? recipes.last(where: { keys[$0.keyID] == nil })?.keyID : nil
            guard !source.isPassphrase || wanted != nil else { throw Self.noPassphrase }
            let key = try reader.read(source, wanted: wanted)
            keys[key.id] = key
        }
        for head in heads where keys[head.masterKeyID] == nil {
            throw HouseFailure(
                "The \(head.kind == .database ? "backup" : "file of keys") is sealed under master key "
                    + "\(head.masterKeyID), and this is \(keys.keys.sorted().joined(separator: " and ")).",
                fix: keys.count == 1 && heads.contains { keys[$0.masterKeyID] != nil }
                    ? "The master key was rotated between the two: name the former one too, with --former-master-key."
                    : "Name the source of \(head.masterKeyID) with --master-key.")
        }
    }

    private static let noPassphrase = HouseFailure(
        "The backup is sealed under a master key that comes from no passphrase.",
        fix: "Name the source of the master key with --master-key.")

    subscript(head: BackupHead) -> MasterKey {
        guard let key = keys[head.masterKeyID] else { preconditionFailure("checked when it was made") }
        return key
    }
}
