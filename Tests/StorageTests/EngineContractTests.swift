// SPDX-License-Identifier: Apache-2.0
import Storage
import Synchronization
import TestKit
import Testing

@Suite struct EngineContractTests {
    private struct Stop: Error, Equatable {}

    private final class InForce: Sendable {
        let numbers = Mutex<[Int64]>([])
    }

    @Test("values come back as they were given", arguments: EngineKind.allCases)
    func roundTrip(kind: EngineKind) async throws {
        let database = try kind.make()
        try await database.run("CREATE TABLE t (n BIGINT, x TEXT, b BYTEA)")
        let texts = [
            "", "a", "é", "\u{1F511}", "a'b\"c\\d", "line\nbreak", String(repeating: "x", count: 100_000), "$1 ? %",
            "a\u{301}",
        ]
        for text in texts {
            try await database.run(
                "INSERT INTO t (n, x, b) VALUES ($1, $2, $3)", [.integer(.min), .text(text), .blob(Array(text.utf8))])
        }
        try await database.run("INSERT INTO t (n, x, b) VALUES ($1, $2, $3)", [.null, .null, .null])
        try await database.run(
            "INSERT INTO t (n, x, b) VALUES ($1, $2, $3)", [.integer(.max), .text("end"), .blob([0, 255, 0])])
        let rows = try await database.engine.read { statements in
            var rows: [(Int64?, String?, [UInt8]?)] = []
            try statements.forEach("SELECT n, x, b FROM t", []) { rows.append(($0.integer(0), $0.text(1), $0.blob(2))) }
            return rows
        }
        #expect(rows.prefix(texts.count).map(\.1) == texts)
        #expect(rows.prefix(texts.count).allSatisfy { $0.0 == .min && $0.2 == Array(($0.1 ?? "").utf8) })
        #expect(rows[texts.count].0 == nil && rows[texts.count].1 == nil && rows[texts.count].2 == nil)
        #expect(rows.last?.0 == .max)
        #expect(rows.last?.2 == [0, 255, 0])
    }

    @Test("an empty blob is not NULL, and equal texts are the same bytes", arguments: EngineKind.allCases)
    func emptyBlob(kind: EngineKind) async throws {
        let database = try kind.make()
        try await database.run("CREATE TABLE t (b BYTEA, x TEXT)")
        try await database.run("INSERT INTO t (b, x) VALUES ($1, $2)", [.blob([]), .text("\u{E9}")])
        #expect(try await database.integers("SELECT COUNT(*) FROM t WHERE b IS NOT NULL") == [1])
        #expect(try await database.integers("SELECT COUNT(*) FROM t WHERE x = $1", [.text("e\u{301}")]) == [0])
    }

    @Test(
        "a text with NUL in it is refused, never cut short: neither engine would keep it",
        arguments: EngineKind.allCases)
    func nul(kind: EngineKind) async throws {
        let database = try kind.make()
        try await database.run("CREATE TABLE t (x TEXT)")
        try await database.run("INSERT INTO t (x) VALUES ($1)", [.text("a")])
        for text in ["a\u{0}", "a\u{0}b", "\u{0}"] {
            await #expect(throws: EngineFailure.self) {
                try await database.run("INSERT INTO t (x) VALUES ($1)", [.text(text)])
            }
            await #expect(throws: EngineFailure.self) {
                try await database.integers("SELECT 1 FROM t WHERE x = $1", [.text(text)])
            }
        }
        #expect(try await database.integers("SELECT COUNT(*) FROM t") == [1])
    }

    @Test("parameters may be used twice and in any order", arguments: EngineKind.allCases)
    func parameters(kind: EngineKind) async throws {
        let database = try kind.make()
        let values: [SQLValue] = (1...12).map { .integer(Int64($0)) }
        #expect(try await database.integers("SELECT $2 - $1", [.integer(1), .integer(10)]) == [9])
        #expect(try await database.integers("SELECT $1 + $1 + $2", [.integer(3), .integer(5)]) == [11])
        #expect(try await database.integers("SELECT $12 * 100 + $1 * 10 + $2 WHERE $3 < $11", values) == [1212])
        #expect(try await database.integers("SELECT 1 WHERE $1 IS NULL", [.null]) == [1])
    }

    @Test("a change tells how many rows it changed", arguments: EngineKind.allCases)
    func counts(kind: EngineKind) async throws {
        let database = try kind.make()
        try await database.run("CREATE TABLE t (n BIGINT)")
        for number in 0..<5 as Range<Int64> {
            #expect(try await database.run("INSERT INTO t (n) VALUES ($1)", [.integer(number)]) == 1)
        }
        #expect(try await database.run("UPDATE t SET n = n + 10 WHERE n >= $1", [.integer(2)]) == 3)
        #expect(try await database.run("DELETE FROM t WHERE n = 99") == 0)
    }

    @Test("a change that throws leaves nothing, and its own error comes out", arguments: EngineKind.allCases)
    func rollsBack(kind: EngineKind) async throws {
        let database = try kind.make()
        try await database.run("CREATE TABLE t (n BIGINT)")
        await #expect(throws: Stop()) {
            try await database.engine.write { statements in
                try statements.run("INSERT INTO t (n) VALUES (1)", [])
                throw Stop()
            } committed: { _ in
                Issue.record("nothing was committed")
            }
        }
        #expect(try await database.integers("SELECT n FROM t") == [])
    }

    @Test("in a group of changes the one that throws is rolled back alone", arguments: EngineKind.allCases)
    func alone(kind: EngineKind) async throws {
        let database = try kind.make()
        try await database.run("CREATE TABLE t (n BIGINT UNIQUE)")
        let outcomes = await withTaskGroup(of: Bool.self) { group in
            for number in 0..<200 as Range<Int64> {
                group.addTask {
                    let done: Void? = try? await database.engine.write { statements in
                        try statements.run("INSERT INTO t (n) VALUES ($1)", [.integer(number)])
                        if number % 3 == 0 { throw Stop() }
                        if number % 3 == 1 { try statements.run("INSERT INTO t (n) VALUES ($1)", [.integer(number)]) }
                    } committed: { _ in
                    }
                    return done != nil
                }
            }
            return await group.reduce(into: [:]) { $0[$1, default: 0] += 1 }
        }
        #expect(outcomes == [true: 66, false: 134])
        let kept = try await database.integers("SELECT n FROM t ORDER BY n").compactMap(\.self)
        #expect(kept == (0..<200).filter { $0 % 3 == 2 })
    }

    @Test("a repeat in a unique index is told apart, and the change can go on", arguments: EngineKind.allCases)
    func taken(kind: EngineKind) async throws {
        let database = try kind.make()
        try await database.run("CREATE TABLE t (n BIGINT UNIQUE)")
        try await database.engine.write { statements in
            try statements.run("INSERT INTO t (n) VALUES (1)", [])
            do {
                try statements.run("INSERT INTO t (n) VALUES (1)", [])
                Issue.record("the second row is a repeat")
            } catch EngineFailure.taken {}
            try statements.run("INSERT INTO t (n) VALUES (2)", [])
        } committed: { _ in
        }
        #expect(try await database.integers("SELECT n FROM t ORDER BY n") == [1, 2])
    }

    @Test("a statement that is wrong fails, and the next change works", arguments: EngineKind.allCases)
    func wrongStatement(kind: EngineKind) async throws {
        let database = try kind.make()
        let error = await #expect(throws: EngineFailure.self) { try await database.run("SELEKT 1") }
        guard case .failed = error else {
            Issue.record("a wrong statement is neither taken nor full")
            return
        }
        try await database.run("CREATE TABLE t (n BIGINT)")
        await #expect(throws: EngineFailure.self) {
            try await database.engine.read { try $0.forEach("SELECT missing FROM t", []) { _ in } }
        }
    }

    @Test(
        "what is put in force is put in force once, in the order of the commits, before its call returns",
        arguments: EngineKind.allCases)
    func committedOrder(kind: EngineKind) async throws {
        let database = try kind.make()
        try await database.run("CREATE TABLE t (n BIGINT)")
        try await database.run("CREATE TABLE head (n BIGINT)")
        try await database.run("INSERT INTO head (n) VALUES (0)")
        let inForce = InForce()
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<300 {
                group.addTask {
                    let own: Int64? = try? await database.engine.write { statements in
                        var next: Int64 = 0
                        try statements.forEach("UPDATE head SET n = n + 1 RETURNING n", []) {
                            next = $0.integer(0) ?? 0
                        }
                        try statements.run("INSERT INTO t (n) VALUES ($1)", [.integer(next)])
                        if number % 10 == 0 { throw Stop() }
                        return next
                    } committed: { number in
                        inForce.numbers.withLock { $0.append(number) }
                    }
                    if let own { #expect(inForce.numbers.withLock { $0.contains(own) }) }
                }
            }
        }
        #expect(inForce.numbers.withLock { $0 } == (1...270).map(Int64.init))
        #expect(try await database.integers("SELECT n FROM t ORDER BY n") == (1...270).map(Int64.init))
    }

    @Test("when a change has returned, another connection sees it", arguments: EngineKind.allCases)
    func durable(kind: EngineKind) async throws {
        let database = try kind.make()
        try await database.run("CREATE TABLE t (n BIGINT)")
        try await database.run("INSERT INTO t (n) VALUES (7)")
        let found = try await database.second().read { statements in
            var found: [Int64?] = []
            try statements.forEach("SELECT n FROM t", []) { found.append($0.integer(0)) }
            return found
        }
        #expect(found == [7])
    }

    @Test("a reading sees one state from its first statement to its last", arguments: EngineKind.allCases)
    func snapshot(kind: EngineKind) async throws {
        let database = try kind.make()
        try await database.run("CREATE TABLE t (n BIGINT)")
        try await database.run("INSERT INTO t (n) VALUES (1)")
        let torn = await withTaskGroup(of: Int.self) { group in
            group.addTask {
                for _ in 0..<200 { _ = try? await database.run("UPDATE t SET n = n + 1") }
                return 0
            }
            group.addTask {
                var torn = 0
                for _ in 0..<200 {
                    let pair = try? await database.engine.read { statements in
                        var seen: [Int64?] = []
                        for _ in 0..<2 { try statements.forEach("SELECT n FROM t", []) { seen.append($0.integer(0)) } }
                        return seen
                    }
                    if let pair, pair[0] != pair[1] { torn += 1 }
                }
                return torn
            }
            return await group.reduce(0, +)
        }
        #expect(torn == 0)
    }
}
