// SPDX-License-Identifier: Apache-2.0

/// A database that runs the SQL of this room. Two are meant: SQLite, embedded, and PostgreSQL.
///
/// SQL is written once for both: parameters `$1`, `$2`, ... in the order of their first use, `RETURNING`, `ON
/// CONFLICT`; columns are `BIGINT`, `TEXT` and `BYTEA` only, moments are milliseconds, booleans 0 and 1.
package protocol Engine: Sendable {
    /// Runs a reading on one consistent state, beside writers.
    func read<Result: Sendable>(_ body: @escaping @Sendable (any Statements) throws -> Result) async throws -> Result

    /// Runs a change. It is one unit: when `body` throws, nothing of it remains. When this returns, it is durable.
    ///
    /// Changes that arrive together may share one commit. `committed` is called once per durable change, in the order
    /// of the changes, before the call returns: the place to put it in force.
    func write<Result: Sendable>(
        _ body: @escaping @Sendable (any Statements) throws -> Result, committed: @escaping @Sendable (Result) -> Void
    ) async throws -> Result
}

/// Statements within one reading or change.
package protocol Statements {
    /// Runs a statement; how many rows it changed.
    @discardableResult
    func run(_ sql: String, _ values: [SQLValue]) throws -> Int
    /// Gives every row of a query to `body`. The row is good only within the call.
    func forEach(_ sql: String, _ values: [SQLValue], _ body: (any Row) throws -> Void) throws
}

extension Statements {
    /// All rows, each read by `read`.
    func all<Element>(_ sql: String, _ values: [SQLValue], _ read: (any Row) throws -> Element) throws -> [Element] {
        var elements: [Element] = []
        try forEach(sql, values) { elements.append(try read($0)) }
        return elements
    }

    /// The first row, or nil.
    func first<Element>(_ sql: String, _ values: [SQLValue], _ read: (any Row) throws -> Element) throws -> Element? {
        try all(sql, values, read).first
    }
}

/// One value on its way into a statement.
package enum SQLValue: Equatable, Sendable {
    case null
    case integer(Int64)
    case text(String)
    case blob([UInt8])
}

/// One row of a result, columns counted from 0.
package protocol Row {
    /// The integer, or nil for NULL.
    func integer(_ column: Int) -> Int64?
    /// The text, or nil for NULL.
    func text(_ column: Int) -> String?
    /// The bytes, or nil for NULL.
    func blob(_ column: Int) -> [UInt8]?
}

/// What an engine reports; the records turn it into what the caller can act on.
package enum EngineFailure: Error, Equatable {
    /// A unique index refuses the row; the text names table and columns.
    case taken(String)
    /// No space, or the file cannot be written.
    case full
    /// Anything else; the text is the engine's, and holds no values.
    case failed(String)
}
