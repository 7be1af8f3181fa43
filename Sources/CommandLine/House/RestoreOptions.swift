// SPDX-License-Identifier: Apache-2.0
package import Access

/// What `bitting restore` was asked for.
package struct RestoreOptions: Sendable, Equatable {
    package let file: String
    /// Where the data keys are; nil for their place beside the backup.
    package let keysFile: String?
    /// The directory to be made.
    package let dataDirectory: String
    package let masterKey: String
    /// The master key of the older file, if it was rotated between the two.
    package let formerMasterKey: String?
    /// Whether values may be left behind whose data keys are missing.
    package let allowsMissingKeys: Bool

    /// A request to restore.
    package init(
        file: String, keysFile: String?, dataDirectory: String, masterKey: String, formerMasterKey: String?,
        allowsMissingKeys: Bool
    ) {
        self.file = file
        self.keysFile = keysFile
        self.dataDirectory = dataDirectory
        self.masterKey = masterKey
        self.formerMasterKey = formerMasterKey
        self.allowsMissingKeys = allowsMissingKeys
    }
}

/// What `bitting restore` checked and put into its place.
package struct RestoreReport: Sendable, Equatable {
    package let dataDirectory: String
    /// When the backup was made.
    package let createdAt: Instant
    /// The last event that was in it.
    package let lastEvent: Int64
    /// The master key to serve with.
    package let masterKeyID: String
    package let dataKeys: Int
    package let erasedAccounts: Int

    /// A report of all its parts.
    package init(
        dataDirectory: String, createdAt: Instant, lastEvent: Int64, masterKeyID: String, dataKeys: Int,
        erasedAccounts: Int
    ) {
        self.dataDirectory = dataDirectory
        self.createdAt = createdAt
        self.lastEvent = lastEvent
        self.masterKeyID = masterKeyID
        self.dataKeys = dataKeys
        self.erasedAccounts = erasedAccounts
    }
}
