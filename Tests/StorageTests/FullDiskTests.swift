// SPDX-License-Identifier: Apache-2.0
import SQLiteEngine
import Storage
import TestKit
import Testing

/// A database that may not grow, which is what a full disk is to it.
@Suite struct FullDiskTests {
    private func database() async throws -> TestDatabase {
        let database = try EngineKind.sqlite.make()
        try await database.run("CREATE TABLE t (n BIGINT, b BYTEA)")
        // A pragma takes effect on the writer's own connection.
        _ = try await database.engine.write {
            try $0.forEach("PRAGMA max_page_count = 40", []) { _ in }
        } committed: { _ in
        }
        return database
    }

    @Test("a change for which there is no room says so, and the ones before and after it are whole")
    func alone() async throws {
        let database = try await database()
        try await database.run("INSERT INTO t (n) VALUES (1)")
        await #expect(throws: EngineFailure.full) {
            try await database.run(
                "INSERT INTO t (n, b) VALUES (2, $1)", [.blob([UInt8](repeating: 1, count: 1 << 20))])
        }
        try await database.run("INSERT INTO t (n) VALUES (3)")
        #expect(try await database.integers("SELECT n FROM t ORDER BY n") == [1, 3])
    }

    @Test("of changes that share a commit each that is acknowledged is there, and each that failed is not")
    func inGroup() async throws {
        let database = try await database()
        for round in 0..<10 as Range<Int64> {
            let outcomes = await withTaskGroup(of: (Int64, Bool).self) { group in
                for number in 0..<30 as Range<Int64> {
                    group.addTask {
                        let id = round * 100 + number
                        let size = number % 5 == 0 ? 1 << 20 : 10
                        let done = try? await database.run(
                            "INSERT INTO t (n, b) VALUES ($1, $2)",
                            [.integer(id), .blob([UInt8](repeating: 1, count: size))])
                        return (id, done != nil)
                    }
                }
                return await group.reduce(into: [Int64: Bool]()) { $0[$1.0] = $1.1 }
            }
            let kept = Set(try await database.integers("SELECT n FROM t").compactMap(\.self))
            for (id, isDone) in outcomes { #expect(kept.contains(id) == isDone, "\(id)") }
            #expect(outcomes.values.contains(true) && outcomes.values.contains(false))
        }
    }
}
