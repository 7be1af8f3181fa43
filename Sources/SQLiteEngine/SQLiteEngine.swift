// SPDX-License-Identifier: Apache-2.0
internal import GRDB
package import Storage
internal import Synchronization

/// The embedded engine: SQLite through GRDB, write-ahead log, every commit flushed to disk.
///
/// One writer that groups commits: changes that wait for each other's flush share the next one. Readers run beside it
/// on their own snapshots.
package final class SQLiteEngine: Engine {
    let pool: DatabasePool
    private let queue = Mutex(Queue())

    private struct Queue {
        var waiting: [WriteJob] = []
        var isDraining = false
    }

    /// How many changes one commit may carry.
    private static let longestGroup = 256

    /// Opens or makes the database file at `path`.
    package init(path: String) throws {
        var configuration = Configuration()
        configuration.label = "bitting"
        configuration.busyMode = .timeout(5)
        configuration.maximumReaderCount = 4
        configuration.prepareDatabase { database in
            try database.execute(sql: "PRAGMA synchronous = FULL")
            try database.execute(sql: "PRAGMA secure_delete = ON")
        }
        do {
            pool = try DatabasePool(path: path, configuration: configuration)
        } catch {
            throw EngineFailure(error)
        }
    }

    package func read<Result: Sendable>(
        _ body: @escaping @Sendable (any Statements) throws -> Result
    ) async throws -> Result {
        do {
            return try await pool.read { database in try body(SQLiteStatements(database)) }
        } catch let error as DatabaseError {
            throw EngineFailure(error)
        }
    }

    package func write<Result: Sendable>(
        _ body: @escaping @Sendable (any Statements) throws -> Result, committed: @escaping @Sendable (Result) -> Void
    ) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            enqueue(
                WriteJob { database in
                    let result = try body(SQLiteStatements(database))
                    return WriteJob.Done {
                        committed(result)
                    } answer: {
                        continuation.resume(returning: result)
                    }
                } fail: { error in
                    continuation.resume(throwing: (error as? DatabaseError).map { EngineFailure($0) } ?? error)
                })
        }
    }

    private func enqueue(_ job: WriteJob) {
        let mustStart = queue.withLock { queue in
            queue.waiting.append(job)
            defer { queue.isDraining = true }
            return !queue.isDraining
        }
        guard mustStart else { return }
        pool.asyncWriteWithoutTransaction { [self] database in drain(database) }
    }

    /// Runs on the writer until nothing waits.
    private func drain(_ database: Database) {
        while true {
            let group = queue.withLock { queue in
                let group = Array(queue.waiting.prefix(Self.longestGroup))
                queue.waiting.removeFirst(group.count)
                if group.isEmpty { queue.isDraining = false }
                return group
            }
            guard !group.isEmpty else { return }
            Self.run(group, database)
        }
    }

    /// One commit for the whole group. A job that throws is rolled back alone; a commit that fails fails them all.
    private static func run(_ group: [WriteJob], _ database: Database) {
        var outcomes: [Result<WriteJob.Done, any Error>] = []
        do {
            try database.inTransaction(.immediate) {
                outcomes = group.map { job in Result { try alone(job, database) } }
                return .commit
            }
        } catch {
            // A full disk ends the whole transaction from inside. The others may still have room: each tries alone.
            if group.count > 1, outcomes.contains(where: \.isFull) {
                for job in group { run([job], database) }
                return
            }
            if !outcomes.contains(where: \.isFull) { outcomes = group.map { _ in .failure(error) } }
        }
        for case .success(let done) in outcomes { done.committed() }
        for (job, outcome) in zip(group, outcomes) {
            switch outcome {
            case .success(let done): done.answer()
            case .failure(let error): job.fail(error)
            }
        }
    }

    private static func alone(_ job: WriteJob, _ database: Database) throws -> WriteJob.Done {
        var done: WriteJob.Done?
        try database.inSavepoint {
            done = try job.run(database)
            return .commit
        }
        guard let done else { throw EngineFailure.failed("a change ended without an answer") }
        return done
    }
}

extension Result<WriteJob.Done, any Error> {
    fileprivate var isFull: Bool {
        if case .failure(EngineFailure.full) = self { true } else { false }
    }
}

/// One change that waits for its commit.
private struct WriteJob: Sendable {
    let run: @Sendable (Database) throws -> Done
    let fail: @Sendable (any Error) -> Void

    /// What is to do once the change is durable.
    struct Done: Sendable {
        let committed: @Sendable () -> Void
        let answer: @Sendable () -> Void
    }
}

extension EngineFailure {
    init(_ error: any Error) {
        guard let error = error as? DatabaseError else {
            self = .failed(String(describing: type(of: error)))
            return
        }
        switch error.resultCode {
        case .SQLITE_CONSTRAINT: self = .taken(error.message ?? "")
        case .SQLITE_FULL, .SQLITE_READONLY, .SQLITE_IOERR: self = .full
        default: self = .failed("SQLite \(error.resultCode.rawValue): \(error.message ?? "")")
        }
    }
}
