// SPDX-License-Identifier: Apache-2.0
internal import Foundation
internal import GRDB
internal import Storage

/// Statements on one SQLite connection; compiled once each and kept by GRDB.
struct SQLiteStatements: Statements {
    private let database: Database

    init(_ database: Database) { self.database = database }

    func run(_ sql: String, _ values: [SQLValue]) throws -> Int {
        do {
            try database.cachedStatement(sql: sql).execute(arguments: Self.arguments(values))
            return database.changesCount
        } catch let error as DatabaseError {
            throw EngineFailure(error)
        }
    }

    func forEach(_ sql: String, _ values: [SQLValue], _ body: (any Storage.Row) throws -> Void) throws {
        do {
            let cursor = try GRDB.Row.fetchCursor(
                try database.cachedStatement(sql: sql), arguments: Self.arguments(values))
            while let row = try cursor.next() { try body(SQLiteRow(row: row)) }
        } catch let error as DatabaseError {
            throw EngineFailure(error)
        }
    }

    /// `$1` is a named parameter for SQLite, its number the order of its first use; bound by name, so that order does
    /// not matter.
    ///
    /// A text is handed over as far as its first NUL; rather than cut it short, one that holds NUL is refused.
    /// PostgreSQL refuses it too.
    private static func arguments(_ values: [SQLValue]) throws -> StatementArguments {
        for case .text(let text) in values where text.utf8.contains(0) {
            throw EngineFailure.failed("a text holds NUL")
        }
        return StatementArguments(
            Dictionary(uniqueKeysWithValues: values.enumerated().map { (String($0 + 1), databaseValue($1)) }))
    }

    private static func databaseValue(_ value: SQLValue) -> (any DatabaseValueConvertible)? {
        switch value {
        case .null: nil
        case .integer(let integer): integer
        case .text(let text): text
        case .blob(let bytes): Data(bytes)
        }
    }
}

private struct SQLiteRow: Storage.Row {
    let row: GRDB.Row

    func integer(_ column: Int) -> Int64? { row[column] }
    func text(_ column: Int) -> String? { row[column] }
    func blob(_ column: Int) -> [UInt8]? { (row[column] as Data?).map(Array.init) }
}
