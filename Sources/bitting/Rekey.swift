// SPDX-License-Identifier: Apache-2.0
import Access
import CommandLine
import HeldKeys
import IssuedKeys
import SQLiteEngine
import Secrets
import Storage

/// `bitting vault rekey`: gets the next master key ready and stages it; seals the vault under it at once when nobody
/// serves the data directory.
@Sendable
func rekey(_ options: RekeyOptions) async throws -> RekeyReport {
    Process.closeMemory()
    let place = try Installation(options.dataDirectory, masterKey: options.masterKey)
    guard Files.exists(place.databaseFile) else { throw place.isMissing }
    let staged = try await stage(options, place)
    try staged.write(in: place.directory)
    guard !Files.isLocked(place.lockFile) else {
        return RekeyReport(id: staged.id, source: staged.source.text, isInForce: false)
    }
    try Files.lock(place.lockFile)
    let engine = try await place.openDatabase()
    let keyring = try await place.openKeyring(engine)
    let reader = MasterKeyReader(directory: place.directory)
    let master = try reader.read(staged.source, wanted: staged.id)
    let vault = Vault(keyring: keyring)
    let ledger = Ledger(
        engine: engine, index: KeyIndex(lanes: 1), lending: Lending(), vault: vault, random: .system)
    do {
        try await Keeping(store: ledger.keeping(), keyring: keyring, random: .system).rotateMasterKey(
            by: .setup, to: master, at: Clock.now())
    } catch {
        throw Installation.failure(error)
    }
    place.settle(staged)
    _ = await engine.overwriteDeleted()
    return RekeyReport(id: staged.id, source: try place.sourceInForce(staged), isInForce: true)
}

/// Reads or makes the next key. Its bytes go no further than its own file.
private func stage(_ options: RekeyOptions, _ place: Installation) async throws -> StagedMasterKey {
    let reader = MasterKeyReader(directory: place.directory)
    var random = Randomness.system
    guard let text = options.next else {
        let path = try await place.fileInUse()
        let (key, file) = MasterKey.generate(using: &random)
        let new = Files.absolute("\(path).next-\(key.id)")
        try Files.writeOnce(file, to: new)
        return StagedMasterKey(id: key.id, source: .file(new), replacesFile: true)
    }
    let source = try Installation.source(text).absolute
    switch source {
    case .passphrase(.terminal) where Files.isLocked(place.lockFile):
        throw HouseFailure(
            "A server that runs cannot ask for a passphrase.",
            fix: "Name a passphrase:FILE or passphrase:credential:NAME, or stop the server first.")
    case .passphrase(let passphrase):
        return StagedMasterKey(
            id: try reader.adopt(passphrase, using: &random).id, source: source, replacesFile: false)
    case .file(let path) where !Files.exists(path):
        let (key, file) = MasterKey.generate(using: &random)
        try Files.writeOnce(file, to: path)
        return StagedMasterKey(id: key.id, source: source, replacesFile: false)
    case .file, .credential, .command:
        return StagedMasterKey(id: try reader.read(source, wanted: nil).id, source: source, replacesFile: false)
    }
}

extension Installation {
    /// The file of the master key in use, whose place another one can take.
    fileprivate func fileInUse() async throws -> String {
        guard case .file(let path) = masterKey else {
            throw HouseFailure(
                "The master key is in no file whose place a new one could take.",
                fix: "Say with --to where the next one comes from.")
        }
        let engine = try Installation.telling { try SQLiteEngine(path: databaseFile) }
        let wanted = try await Opening.keyring(engine).first?.masterKeyID
        // Where an earlier rotation was stopped before its file was moved, this moves it.
        _ = try currentMasterKey(for: wanted)
        let named = try MasterKeyReader(directory: directory).read(masterKey, wanted: nil)
        guard named.id == wanted else {
            throw HouseFailure(
                "\(path) holds master key \(named.id), and the one in use is \(wanted ?? "none").",
                fix: "Say with --master-key where the one in use is.")
        }
        return path
    }

    /// Where the key that is in force is named after a rotation.
    func sourceInForce(_ staged: StagedMasterKey) throws -> String {
        try StagedMasterKey.read(in: directory) == nil ? masterKey.text : staged.source.text
    }
}

/// `bitting vault new-key`: the text of a new key file.
@Sendable
func newMasterKey(_ path: String?) throws -> NewMasterKey {
    var random = Randomness.system
    let (key, file) = MasterKey.generate(using: &random)
    if let path { try Files.writeOnce(file, to: path) }
    return NewMasterKey(id: key.id, text: file)
}
