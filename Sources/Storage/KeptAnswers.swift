// SPDX-License-Identifier: Apache-2.0
package import Access
internal import HeldKeys
internal import Secrets

extension Transaction {
    /// The answer that was kept for this very call, or nil. Another call under the same key is refused.
    func kept(for caller: Caller, at now: Instant) throws -> [UInt8]? {
        guard let ticket = caller.ticket else { return nil }
        let row = try statements.first(
            "SELECT box, expires_at FROM kept_answers WHERE caller = $1 AND name = $2 AND expires_at > $3",
            [.text(caller.name), .blob(ticket.name.bytes), .moment(now)]
        ) { (box: try $0.needBlob(0, "kept answer"), end: try $0.needMoment(1, "kept answer")) }
        guard let row else { return nil }
        let plain: Secret
        do {
            plain = try openVault.open(row.box, from: Self.place(caller, ticket, until: row.end))
        } catch {
            throw StorageFailure.unreadable("kept answer")
        }
        return try plain.revealing { span in
            guard span.count >= 32 else { throw StorageFailure.unreadable("kept answer") }
            let bytes = (0..<span.count).map { span[$0] }
            guard Array(bytes[..<32]) == ticket.request.bytes else { throw Refusal.idempotencyKeyReused }
            return Array(bytes[32...])
        }
    }

    /// Keeps an answer with the change that it answers. What it answers is sealed with it: the digest of a body with a
    /// weak secret in it would let that be guessed.
    func keep(_ answer: [UInt8], for caller: Caller, at now: Instant) throws {
        guard let ticket = caller.ticket else { return }
        let end = now + ReplayTicket.lifetime
        var plain = ticket.request.bytes + answer
        let box = try openVault.seal(Secret(wiping: &plain), for: Self.place(caller, ticket, until: end))
        try statements.run(
            """
            INSERT INTO kept_answers (caller, name, box, expires_at) VALUES ($1, $2, $3, $4)
            ON CONFLICT (caller, name) DO UPDATE SET box = EXCLUDED.box, expires_at = EXCLUDED.expires_at
            """, [.text(caller.name), .blob(ticket.name.bytes), .blob(box), .moment(end)])
    }

    private static func place(_ caller: Caller, _ ticket: ReplayTicket, until end: Instant) -> Place {
        Place("kept answer", caller.name, ticket.name.hexadecimal, String(end.milliseconds))
    }

    private var openVault: Vault {
        get throws {
            guard let vault else { throw StorageFailure.engine("no vault is open") }
            return vault
        }
    }
}

/// Answers that were kept long enough.
package enum KeptAnswers {
    /// Removes those whose time is over at `now`; how many.
    @discardableResult
    package static func removeExpired(_ engine: any Engine, at now: Instant) async throws -> Int {
        try await engine.write { statements in
            try statements.run("DELETE FROM kept_answers WHERE expires_at <= $1", [.moment(now)])
        } committed: { _ in
        }
    }
}
