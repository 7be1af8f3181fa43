// SPDX-License-Identifier: Apache-2.0
package import Secrets

/// What the commands about the vault need of the engine. See `House`.
package struct VaultHouse: Sendable {
    /// Stages the next master key; seals the vault under it when no server runs.
    package var rekey: @Sendable (RekeyOptions) async throws -> RekeyReport
    /// Makes a master key, in a new file when a path is given.
    package var newMasterKey: @Sendable (_ path: String?) throws -> NewMasterKey
    /// Splits the master key in use; writes the shares to files when a directory is given.
    package var split: @Sendable (ShareOptions) async throws -> [KeyShare]
    /// Puts shares in these files together to a new master key file; gives the key's id.
    package var recover: @Sendable (_ files: [String], _ path: String) throws -> String
    /// Makes a backup.
    package var backup: @Sendable (BackupOptions) async throws -> BackupReport
    /// Restores one.
    package var restore: @Sendable (RestoreOptions) async throws -> RestoreReport

    /// The engine's side of `vault`, `backup` and `restore`.
    package init(
        rekey: @escaping @Sendable (RekeyOptions) async throws -> RekeyReport,
        newMasterKey: @escaping @Sendable (_ path: String?) throws -> NewMasterKey,
        split: @escaping @Sendable (ShareOptions) async throws -> [KeyShare],
        recover: @escaping @Sendable (_ files: [String], _ path: String) throws -> String,
        backup: @escaping @Sendable (BackupOptions) async throws -> BackupReport,
        restore: @escaping @Sendable (RestoreOptions) async throws -> RestoreReport
    ) {
        self.rekey = rekey
        self.newMasterKey = newMasterKey
        self.split = split
        self.recover = recover
        self.backup = backup
        self.restore = restore
    }

    /// Of a house without a vault.
    package static let none = VaultHouse(
        rekey: { _ in throw absent }, newMasterKey: { _ in throw absent }, split: { _ in throw absent },
        recover: { _, _ in throw absent }, backup: { _ in throw absent }, restore: { _ in throw absent })

    private static let absent = HouseFailure("There is no vault here.", fix: "Run the program itself.")
}

/// What `bitting vault rekey` was asked for.
package struct RekeyOptions: Sendable, Equatable {
    package let dataDirectory: String
    /// Where the master key in use comes from; nil for its place in the data directory.
    package let masterKey: String?
    /// Where the next one comes from; nil for a new file in the place of the old one.
    package let next: String?

    /// A request to rotate the master key.
    package init(dataDirectory: String, masterKey: String? = nil, next: String? = nil) {
        self.dataDirectory = dataDirectory
        self.masterKey = masterKey
        self.next = next
    }
}

/// What `bitting vault rekey` did.
package struct RekeyReport: Sendable, Equatable {
    /// The id of the next key.
    package let id: String
    /// Where it comes from.
    package let source: String
    /// Whether the vault is sealed under it; else a server runs, which must be told.
    package let isInForce: Bool

    /// A report.
    package init(id: String, source: String, isInForce: Bool) {
        self.id = id
        self.source = source
        self.isInForce = isInForce
    }
}

/// A master key that was made.
package struct NewMasterKey: Sendable {
    package let id: String
    /// The text of its file.
    package let text: [UInt8]

    /// A key and the text of its file.
    package init(id: String, text: [UInt8]) {
        self.id = id
        self.text = text
    }
}

/// What `bitting vault shares` was asked for.
package struct ShareOptions: Sendable, Equatable {
    package let dataDirectory: String
    /// Where the master key comes from; nil for its place in the data directory.
    package let masterKey: String?
    package let threshold: Int
    package let count: Int
    /// Where a file for each share is written; nil for nowhere.
    package let directory: String?

    /// A request for shares.
    package init(dataDirectory: String, masterKey: String?, threshold: Int, count: Int, directory: String?) {
        self.dataDirectory = dataDirectory
        self.masterKey = masterKey
        self.threshold = threshold
        self.count = count
        self.directory = directory
    }
}
