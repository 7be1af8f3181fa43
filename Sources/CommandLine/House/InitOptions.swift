// SPDX-License-Identifier: Apache-2.0

/// What `bitting init` was asked for.
package struct InitOptions: Sendable, Equatable {
    /// The directory to make, as it was given: relative to the working directory or absolute.
    package let dataDirectory: String
    /// Where events, keys and credentials are stored.
    package let database: Database
    /// Where the master key comes from, as `MasterKeySource` reads it; nil for its place in the data directory. A file is
    /// made, everything else must be there.
    package let masterKey: String?

    /// A request to make a data directory.
    package init(dataDirectory: String, database: Database = .sqlite, masterKey: String? = nil) {
        self.dataDirectory = dataDirectory
        self.database = database
        self.masterKey = masterKey
    }
}

/// What `bitting init` made.
package struct InitReport: Sendable, Equatable {
    /// The data directory.
    package let dataDirectory: String
    /// Where the master key comes from: a path, or the source as it was named.
    package let masterKeyFile: String
    /// Whether the key was made and stands in that file, of which a copy should be kept.
    package let madeMasterKey: Bool
    /// The id by which that key is known: a prefix of its digest.
    package let masterKeyID: String
    /// The text of the first management key, to be printed once and kept nowhere.
    package let managementKey: [UInt8]

    /// A report of a finished `init`.
    package init(
        dataDirectory: String, masterKeyFile: String, madeMasterKey: Bool = true, masterKeyID: String,
        managementKey: [UInt8]
    ) {
        self.dataDirectory = dataDirectory
        self.masterKeyFile = masterKeyFile
        self.madeMasterKey = madeMasterKey
        self.masterKeyID = masterKeyID
        self.managementKey = managementKey
    }
}
