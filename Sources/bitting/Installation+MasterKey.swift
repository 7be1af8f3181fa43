// SPDX-License-Identifier: Apache-2.0
import CommandLine
import Glibc
import SQLiteEngine
import Secrets
import Storage

extension Installation {
    /// The keyring, opened with the master key. Every way in which they may not belong together ends here.
    func openKeyring(_ engine: SQLiteEngine) async throws -> Keyring {
        let terms = try await Opening.keyring(engine)
        return try open(terms, with: try currentMasterKey(for: terms.first?.masterKeyID))
    }

    /// Opens terms with a master key.
    func open(_ terms: [Keyring.SealedTerm], with master: MasterKey) throws -> Keyring {
        do throws(Keyring.Fault) {
            return try Keyring(opening: terms, with: master)
        } catch {
            throw Self.failure(error)
        }
    }

    private static func failure(_ fault: Keyring.Fault) -> HouseFailure {
        switch fault {
        case .otherMasterKey(let stored, let given):
            HouseFailure(
                "The data was sealed under master key \(stored), and this is \(given).",
                fix: "Start with \(stored); a new master key cannot open what an old one sealed.")
        case .doesNotOpen(let id):
            HouseFailure(
                "The keyring does not open with master key \(id): it was altered, or the key was.",
                fix: "Put database and master key back from the same backup.")
        case .empty:
            HouseFailure(
                "The installation was not finished.", fix: "Remove the directory and run `bitting init` again.")
        }
    }

    /// The master key in use: of the source that was named, or of the one that was staged for a rotation, if that is what
    /// the data is sealed under.
    func currentMasterKey(for wanted: String?) throws -> MasterKey {
        let reader = MasterKeyReader(directory: directory)
        guard let staged = try StagedMasterKey.read(in: directory), staged.id == wanted else {
            return try reader.read(masterKey, wanted: wanted)
        }
        if case .file(let path) = staged.source, !Files.exists(path) {
            // The rotation was settled but for this note.
            StagedMasterKey.remove(in: directory)
            return try reader.read(masterKey, wanted: wanted)
        }
        let key = try reader.read(staged.source, wanted: wanted)
        settle(staged)
        return key
    }

    /// Puts the staged source in the place of the one in use, where that can be done by moving a file; the former file is
    /// kept beside it under its own id. Otherwise the note stays, so that a start with the former source works too, until
    /// the program is started with the new one.
    func settle(_ staged: StagedMasterKey) {
        guard staged.source.absolute != masterKey.absolute else { return StagedMasterKey.remove(in: directory) }
        guard staged.replacesFile, case .file(let new) = staged.source, case .file(let path) = masterKey,
            let former = try? MasterKeyReader(directory: directory).read(masterKey, wanted: nil)
        else { return }
        // A second name first: at no moment is there no file of either key.
        if former.id != staged.id {
            guard unsafe link(path, Self.formerFile(path, former.id)) == 0 || errno == EEXIST else { return }
        }
        guard (try? Files.rename(new, to: path)) != nil else { return }
        StagedMasterKey.remove(in: directory)
    }

    /// Where a key that was followed by another is kept, until somebody destroys it.
    static func formerFile(_ path: String, _ id: String) -> String { "\(path).\(id)" }
}

extension MasterKeySource {
    /// Whether it is derived from a passphrase.
    var isPassphrase: Bool { if case .passphrase = self { true } else { false } }

    /// The same source as another process would name it.
    var absolute: MasterKeySource {
        switch self {
        case .file(let path): .file(Files.absolute(path))
        case .passphrase(.file(let path)): .passphrase(.file(Files.absolute(path)))
        case .credential, .command, .passphrase: self
        }
    }
}
