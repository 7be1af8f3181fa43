// SPDX-License-Identifier: Apache-2.0
import SQLiteEngine
import Storage
import TestKit

/// The engines that the contract holds; a second one is one more case.
enum EngineKind: String, CaseIterable, Sendable {
    case sqlite

    /// An empty database, and what keeps it alive.
    func make() throws -> TestDatabase {
        switch self {
        case .sqlite:
            let directory = try TemporaryDirectory()
            return TestDatabase(engine: try SQLiteEngine(path: directory.path + "/contract.db"), directory: directory)
        }
    }
}

/// An empty database of one engine.
struct TestDatabase: Sendable {
    let engine: any Engine
    let directory: TemporaryDirectory

    /// Another connection to the same database.
    func second() throws -> any Engine { try SQLiteEngine(path: directory.path + "/contract.db") }

    @discardableResult
    func run(_ sql: String, _ values: [SQLValue] = []) async throws -> Int {
        try await engine.write {
            try $0.run(sql, values)
        } committed: { _ in
        }
    }

    func integers(_ sql: String, _ values: [SQLValue] = []) async throws -> [Int64?] {
        try await engine.read { statements in
            var found: [Int64?] = []
            try statements.forEach(sql, values) { found.append($0.integer(0)) }
            return found
        }
    }
}
