// SPDX-License-Identifier: Apache-2.0
import Access
import CommandLine
import Glibc
import HeldKeys
import SQLiteEngine
import Secrets
import Storage

/// `bitting backup`: one file with the database, and one with the data keys, both sealed under the master key.
///
/// They are apart so that an account can be erased from old backups: the file of keys is replaced at each backup, and
/// what is erased is not in the next one.
@Sendable
func backup(_ options: BackupOptions) async throws -> BackupReport {
    Process.closeMemory()
    let place = try Installation(options.dataDirectory, masterKey: options.masterKey)
    guard Files.exists(place.databaseFile) else { throw place.isMissing }
    if !options.replaces, Files.exists(options.file) {
        throw HouseFailure("\(options.file) is there already.", fix: "Choose another name, or say --replace.")
    }
    let keysFile = options.keysFile ?? BackupOptions.keysFile(beside: options.file)
    // Held until the process ends: two at once would write the same files.
    try Files.lock(
        place.directory + "/backup.lock", "Another backup of this data directory is being made.",
        fix: "Wait until it is done.")
    let copy = try await WorkingCopy(place)
    let master = try place.currentMasterKey(for: copy.facts.terms.first?.masterKeyID)
    _ = try place.open(copy.facts.terms, with: master)
    let head = try backupHead(copy.facts, place, master)
    try checkReplaceable(keysFile, head, evenIfNewer: options.replaces)
    try write(copy, head, master, options.file, keysFile)
    return BackupReport(
        file: options.file, keysFile: keysFile, masterKeyID: master.id, createdAt: head.createdAt,
        lastEvent: head.chainEnd.sequence, dataKeys: copy.dataKeys.count { $0.erasedAt == nil },
        bytes: Files.size(options.file))
}

/// The keys come into their place first: newer keys open an older database, but not the other way round.
private func write(
    _ copy: WorkingCopy, _ head: BackupHead, _ master: MasterKey, _ file: String, _ keysFile: String
) throws {
    let (partial, partialKeys) = (file + ".partial", keysFile + ".partial")
    defer { for path in [partial, partialKeys] { unsafe unlink(path) } }
    var random = Randomness.system
    var keysHead = head
    keysHead.kind = .dataKeys
    keysHead.salt = newSalt(&random)
    let text = BackupContents.text(copy.dataKeys)
    try BackupFile.write(keysHead, under: master, to: partialKeys) { pieces(of: text) }
    try BackupFile.write(head, under: master, to: partial) {
        try Files.pieces(of: copy.path, longest: SealedStream.piece)
    }
    try Files.rename(partialKeys, to: keysFile)
    try Files.rename(partial, to: file)
}

private func pieces(of bytes: [UInt8]) -> () -> [UInt8] {
    var start = 0
    return {
        let end = min(start + SealedStream.piece, bytes.count)
        defer { start = end }
        return Array(bytes[start..<end])
    }
}

private func newSalt(_ random: inout Randomness) -> [UInt8] {
    (0..<16).map { _ in UInt8(truncatingIfNeeded: random.next()) }
}

private func backupHead(
    _ facts: BackupContents.Facts, _ place: Installation, _ master: MasterKey
) throws -> BackupHead {
    var random = Randomness.system
    let recipes = try PassphraseRecipes(file: place.recipeFile)
    let recipe = recipes.recipe(for: master.id).flatMap { $0.keyID == master.id ? $0 : nil }
    return BackupHead(
        kind: .database, installation: facts.installation, createdAt: Clock.now(), masterKeyID: master.id,
        schemaStep: facts.schemaStep, chainEnd: facts.chainEnd, terms: facts.terms, recipe: recipe,
        salt: newSalt(&random))
}

/// Keys that are replaced are lost: they must be older ones of the same installation.
private func checkReplaceable(_ path: String, _ head: BackupHead, evenIfNewer: Bool) throws {
    guard Files.exists(path) else { return }
    let old = try BackupReader(path).head
    guard old.kind == .dataKeys, old.installation == head.installation else {
        throw HouseFailure(
            "\(path) holds the keys of another installation, which must not be lost.",
            fix: "Name another place for the keys with --keys.")
    }
    guard evenIfNewer || old.chainEnd.sequence <= head.chainEnd.sequence else {
        throw HouseFailure(
            "\(path) holds newer keys than this data directory: it seems to be an older state.",
            fix: "Look at which is right; --replace takes these keys nevertheless.")
    }
}

/// A copy of the database in the data directory, checked, with its data keys taken out; removed with this object.
private final class WorkingCopy {
    let path: String
    let facts: BackupContents.Facts
    let dataKeys: [DataKey]

    init(_ place: Installation) async throws {
        let path = place.directory + "/backup.partial"
        self.path = path
        do {
            unsafe unlink(path)
            let engine = try Installation.telling { try SQLiteEngine(path: place.databaseFile) }
            try await engine.copy(to: path)
            let copy = try SQLiteFile(path: path)
            guard try copy.isSound() else { throw StorageFailure.unreadable("page or index") }
            facts = try copy.change(BackupContents.facts)
            guard facts.schemaStep <= BackupContents.newestStep else {
                throw HouseFailure(
                    "The database was written by a newer version of Bitting.", fix: "Use that version for the backup.")
            }
            dataKeys = try copy.change(BackupContents.takeDataKeys)
            try copy.close()
        } catch {
            unsafe unlink(path)
            throw Installation.failure(error)
        }
    }

    deinit { unsafe unlink(path) }
}
