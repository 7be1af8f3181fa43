// SPDX-License-Identifier: Apache-2.0
package import Access
internal import Secrets

/// The checkpoints that were signed, oldest first.
package enum CheckpointRows {
    /// Keeps one and gives its number. Only the newest keeps its frontier: the next one is made from it.
    static func keep(
        _ checkpoint: Checkpoint, _ note: SignedNote, _ frontier: MerkleFrontier, at now: Instant,
        _ statements: any Statements
    ) throws -> Int64 {
        let newest = try statements.first("SELECT COALESCE(MAX(number), 0) FROM checkpoints", []) {
            try $0.needInteger(0, "checkpoint number")
        }
        let number = (newest ?? 0) + 1
        try statements.run("UPDATE checkpoints SET frontier = $1 WHERE number = $2", [.blob([]), .integer(number - 1)])
        try statements.run(
            "INSERT INTO checkpoints (number, size, root, frontier, note, at) VALUES ($1, $2, $3, $4, $5, $6)",
            [
                .integer(number), .integer(checkpoint.size), .blob(checkpoint.root.bytes),
                .blob(frontier.peaks.flatMap(\.bytes)), .text(note.description), .moment(now),
            ])
        return number
    }

    /// The newest one as it stands there, to be trusted only as far as its signature goes.
    struct Newest: Sendable {
        let note: String
        let peaks: [Digest]
        let at: Instant
    }

    static func newest(_ statements: any Statements) throws -> Newest? {
        try statements.first("SELECT note, frontier, at FROM checkpoints ORDER BY number DESC LIMIT 1", []) { row in
            let bytes = try row.needBlob(1, "checkpoint frontier")
            let peaks = stride(from: 0, to: bytes.count, by: 32).compactMap { start in
                Digest(bytes: Array(bytes[start..<min(start + 32, bytes.count)]))
            }
            return Newest(
                note: try row.needText(0, "checkpoint note"), peaks: peaks,
                at: try row.needMoment(2, "checkpoint moment"))
        }
    }

    /// Notes with a higher number than `after`, as they stand there, for whoever holds the database itself.
    package static func notes(
        _ engine: any Engine, after: Int64, limit: Int
    ) async throws -> [(number: Int64, note: String)] {
        try await engine.read { statements in try notes(after: after, limit: limit, statements) }
    }

    static func notes(
        after: Int64, limit: Int, _ statements: any Statements
    ) throws -> [(number: Int64, note: String)] {
        try statements.all(
            "SELECT number, note FROM checkpoints WHERE number > $1 ORDER BY number LIMIT \(limit)", [.integer(after)]
        ) { row in (try row.needInteger(0, "checkpoint number"), try row.needText(1, "checkpoint note")) }
    }
}

extension Ledger {
    /// Checkpoints with a higher number than `after`. They are of the whole trail: who is bound to accounts sees none.
    package func checkpoints(
        by caller: Caller, after: Int64, limit: Int, at now: Instant
    ) async throws -> [KeptCheckpoint] {
        try await readingWholeTrail(by: caller, "checkpoint.list", at: now) { transaction in
            try CheckpointRows.notes(after: after, limit: limit, transaction.statements).map { number, note in
                let signed = try RuleText.need(try? SignedNote(parsing: Array(note.utf8)))
                let checkpoint = try RuleText.need(try? Checkpoint(parsing: signed.text))
                return KeptCheckpoint(number: number, checkpoint: checkpoint, note: note)
            }
        }
    }

    /// What checkpoints are checked with.
    package func verifierKey(by caller: Caller, at now: Instant) async throws -> VerifierKey {
        try await readingWholeTrail(by: caller, "checkpoint.key", at: now) { transaction in
            guard let key = try SigningKeyRows.verifier(transaction.statements) else {
                throw Refusal.notFound("audit key")
            }
            return key
        }
    }

    private func readingWholeTrail<Result: Sendable>(
        by caller: Caller, _ action: String, at now: Instant,
        _ body: @escaping @Sendable (Transaction) throws -> Result
    ) async throws -> Result {
        try await read(by: caller, needing: Permission.eventsRead, action, at: now) { transaction in
            guard caller.accounts == nil else { throw Refusal.notFound("audit trail of all accounts") }
            return try body(transaction)
        }
    }
}
