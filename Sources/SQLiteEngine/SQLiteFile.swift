// SPDX-License-Identifier: Apache-2.0
internal import GRDB
package import Storage

/// A database file that nobody else has open: one connection, no log beside it, nothing flushed. For copies on their way
/// into a backup or out of one; whoever keeps the file flushes it.
package final class SQLiteFile {
    private let queue: DatabaseQueue

    /// Opens the file at `path`.
    package init(path: String) throws {
        var configuration = Configuration()
        configuration.label = "bitting copy"
        configuration.prepareDatabase { database in
            try database.execute(
                sql: """
                    PRAGMA journal_mode = MEMORY;
                    PRAGMA synchronous = OFF;
                    PRAGMA secure_delete = ON;
                    """)
        }
        queue = try SQLiteFile.telling { try DatabaseQueue(path: path, configuration: configuration) }
    }

    /// Runs statements as one unit.
    package func change<Result>(_ body: (any Statements) throws -> Result) throws -> Result {
        try SQLiteFile.telling { try queue.write { try body(SQLiteStatements($0)) } }
    }

    /// Whether the file is sound, page by page and index by index.
    package func isSound() throws -> Bool {
        try SQLiteFile.telling {
            try queue.read { try String.fetchAll($0, sql: "PRAGMA integrity_check") == ["ok"] }
        }
    }

    /// Ends the connection.
    package func close() throws { try SQLiteFile.telling { try queue.close() } }

    private static func telling<Result>(_ body: () throws -> Result) throws -> Result {
        do { return try body() } catch let error as DatabaseError { throw EngineFailure(error) }
    }
}

extension SQLiteEngine {
    /// Writes the whole database, as it is at one moment, to a new file. Others go on reading and writing meanwhile.
    package func copy(to path: String) async throws {
        do {
            try await pool.vacuum(into: path)
        } catch let error as DatabaseError {
            throw EngineFailure(error)
        }
    }

    /// Ends all connections; the last one brings the log into the database and removes it.
    package func close() throws {
        do { try pool.close() } catch let error as DatabaseError { throw EngineFailure(error) }
    }
}
