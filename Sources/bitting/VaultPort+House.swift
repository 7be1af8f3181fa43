// SPDX-License-Identifier: Apache-2.0
import Access
import CommandLine
import ControlPlane
import HeldKeys
import NIOPosix
import SQLiteEngine
import Secrets
import Storage

/// What the control plane may do with the vault of this data directory.
func vaultPort(
    _ place: Installation, _ engine: SQLiteEngine, _ ledger: Ledger, _ keyring: Keyring, _ dataKeys: DataKeys
) -> VaultPort {
    VaultPort(
        keeping: Keeping(store: ledger.keeping(), keyring: keyring, random: .system),
        erasure: Erasure(store: ledger.credentials(), dataKeys: dataKeys),
        stagedMasterKey: { id in
            do {
                // A program may be run for it, or a passphrase stretched: nothing for an event loop.
                return try await NIOThreadPool.singleton.runIfActive { try place.stagedMasterKey(id) }
            } catch let failure as HouseFailure {
                throw Refusal.conflict(detail: failure.what, fix: failure.fix)
            }
        },
        settleMasterKey: { try? StagedMasterKey.read(in: place.directory).map(place.settle) },
        overwriteDeleted: { await engine.overwriteDeleted() })
}

extension Installation {
    /// The key that `bitting vault rekey` staged, if it is the one that is meant.
    fileprivate func stagedMasterKey(_ id: String) throws -> MasterKey {
        guard let staged = try StagedMasterKey.read(in: directory), staged.id == id else {
            throw HouseFailure(
                "No master key of this id is staged in the server's data directory.",
                fix: "Run `bitting vault rekey` on the server's machine, as its user.")
        }
        let key = try MasterKeyReader(directory: directory).read(staged.source, wanted: id)
        guard key.id == id else {
            throw HouseFailure(
                "The staged source gives another master key than it did when it was staged.",
                fix: "Run `bitting vault rekey` again.")
        }
        return key
    }
}
