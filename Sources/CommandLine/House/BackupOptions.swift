// SPDX-License-Identifier: Apache-2.0
package import Access

/// What `bitting backup` was asked for.
package struct BackupOptions: Sendable, Equatable {
    package let dataDirectory: String
    /// Where the master key comes from; nil for its place in the data directory.
    package let masterKey: String?
    /// Where the backup goes.
    package let file: String
    /// Where the data keys go; nil for their place beside it.
    package let keysFile: String?
    /// Whether a file that is there may be replaced.
    package let replaces: Bool

    /// A request for a backup.
    package init(dataDirectory: String, masterKey: String?, file: String, keysFile: String?, replaces: Bool) {
        self.dataDirectory = dataDirectory
        self.masterKey = masterKey
        self.file = file
        self.keysFile = keysFile
        self.replaces = replaces
    }

    /// One file of keys for all backups of a directory: each backup replaces it.
    package static func keysFile(beside file: String) -> String {
        let parts = file.split(separator: "/", omittingEmptySubsequences: false).dropLast()
        return (parts + ["bitting.keys"]).joined(separator: "/")
    }
}

/// What `bitting backup` made and checked.
package struct BackupReport: Sendable, Equatable {
    package let file: String
    package let keysFile: String
    package let masterKeyID: String
    package let createdAt: Instant
    /// The last event that is in it.
    package let lastEvent: Int64
    package let dataKeys: Int
    package let bytes: Int64

    /// A report of all its parts.
    package init(
        file: String, keysFile: String, masterKeyID: String, createdAt: Instant, lastEvent: Int64, dataKeys: Int,
        bytes: Int64
    ) {
        self.file = file
        self.keysFile = keysFile
        self.masterKeyID = masterKeyID
        self.createdAt = createdAt
        self.lastEvent = lastEvent
        self.dataKeys = dataKeys
        self.bytes = bytes
    }
}
