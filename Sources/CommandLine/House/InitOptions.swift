// SPDX-License-Identifier: Apache-2.0

/// What `bitting init` was asked for.
package struct InitOptions: Sendable, Equatable {
    /// The directory to make, as it was given: relative to the working directory or absolute.
    package let dataDirectory: String
    /// Where events, keys and credentials are stored.
    package let database: Database
    /// Where to write the master key; nil for its place in the data directory.
    package let masterKeyFile: String?

    /// A request to make a data directory.
    package init(dataDirectory: String, database: Database = .sqlite, masterKeyFile: String? = nil) {
        self.dataDirectory = dataDirectory
        self.database = database
        self.masterKeyFile = masterKeyFile
    }
}

/// What `bitting init` made.
package struct InitReport: Sendable, Equatable {
    /// The data directory.
    package let dataDirectory: String
    /// The file with the master key.
    package let masterKeyFile: String
    /// The id by which that key is known: a prefix of its digest.
    package let masterKeyID: String
    /// The text of the first management key, to be printed once and kept nowhere.
    package let managementKey: [UInt8]

    /// A report of a finished `init`.
    package init(dataDirectory: String, masterKeyFile: String, masterKeyID: String, managementKey: [UInt8]) {
        self.dataDirectory = dataDirectory
        self.masterKeyFile = masterKeyFile
        self.masterKeyID = masterKeyID
        self.managementKey = managementKey
    }
}
