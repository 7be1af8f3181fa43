// SPDX-License-Identifier: Apache-2.0
internal import Access
package import HeldKeys
package import IssuedKeys
package import Tokens

/// One reading or change: the statements, and what must be put in force when they are durable.
///
/// It offers the records of every core; each noun's part is in the file named for it.
package final class Transaction {
    let statements: any Statements
    /// Opens data keys, so that a new one can be lent with at once.
    let vault: Vault?
    var effects = Effects()

    init(_ statements: any Statements, vault: Vault?) {
        self.statements = statements
        self.vault = vault
    }

    /// Notes a change for the index and for other nodes.
    func note(_ change: KeyChange, kind: String, id: String) throws {
        effects.keys.append(change)
        try feed(kind, id)
    }

    /// Notes a change for lending and for other nodes.
    func note(_ change: Lending.Change, kind: String, id: String) throws {
        effects.lending.append(change)
        try feed(kind, id)
    }

    /// Notes a change for the mint and for other nodes.
    func note(_ change: MintChange, kind: String, id: String) throws {
        effects.tokens.append(change)
        try feed(kind, id)
    }

    /// Takes back the effects of what was rolled back.
    func forgetEffects(after mark: Effects.Mark) { effects.cut(to: mark) }

    /// Adds to `changes`, the feed that other nodes follow in order.
    private func feed(_ kind: String, _ id: String) throws {
        let sequence = try statements.first(
            "UPDATE heads SET sequence = sequence + 1 WHERE name = 'changes' RETURNING sequence", []
        ) { try $0.needInteger(0, "changes head") }
        guard let sequence else { throw StorageFailure.unreadable("changes head") }
        try statements.run(
            "INSERT INTO changes (sequence, kind, id) VALUES ($1, $2, $3)",
            [.integer(sequence), .text(kind), .text(id)])
    }

    /// Turns a refused row into the caller's conflict.
    func insert(_ sql: String, _ values: [SQLValue], ifTaken detail: String, fix: String) throws {
        do {
            try statements.run(sql, values)
        } catch EngineFailure.taken {
            throw Refusal.conflict(detail: detail, fix: fix)
        }
    }
}

/// What a change does to memory once it is durable.
package struct Effects: Sendable {
    package internal(set) var keys: [KeyChange] = []
    package internal(set) var lending: [Lending.Change] = []
    package internal(set) var tokens: [MintChange] = []
    /// The sequence of the last event that was written; nil when none was.
    package internal(set) var newestEvent: Int64?
    /// Whether a webhook is not what it was.
    package internal(set) var webhooksChanged = false

    /// How far it has come.
    struct Mark {
        let keys: Int
        let lending: Int
        let tokens: Int
    }

    var mark: Mark { Mark(keys: keys.count, lending: lending.count, tokens: tokens.count) }

    mutating func cut(to mark: Mark) {
        keys.removeLast(keys.count - mark.keys)
        lending.removeLast(lending.count - mark.lending)
        tokens.removeLast(tokens.count - mark.tokens)
    }
}
