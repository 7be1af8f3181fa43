// SPDX-License-Identifier: Apache-2.0
package import Access
package import HeldKeys
package import IssuedKeys
package import Telling
package import Tokens

/// The funnel over an engine: authorizes, runs a change with its event and its feed entries in one transaction, and
/// puts it in force once it is durable.
package final class Ledger: Sendable {
    private let engine: any Engine
    private let index: KeyIndex
    private let lending: Lending
    private let vault: Vault?
    private let mint: Mint?
    let random: Randomness
    private let bell: EventBell

    /// A ledger that keeps `index`, `lending` and `mint` as the database says, and rings when there are new events.
    package init(
        engine: any Engine, index: KeyIndex, lending: Lending, vault: Vault?, mint: Mint? = nil, random: Randomness,
        bell: EventBell = EventBell()
    ) {
        self.mint = mint
        self.bell = bell
        self.engine = engine
        self.index = index
        self.lending = lending
        self.vault = vault
        self.random = random
    }

    func change<Result: Sendable>(
        by caller: Caller, needing permission: Scope, _ action: String, at now: Instant,
        keeping answer: Answering<Result>?,
        _ body: @escaping @Sendable (Transaction, inout EventNote) throws -> Result
    ) async throws -> Result {
        try await authorize(caller, permission, action, at: now)
        do {
            return try await write { [random] transaction in
                if answer != nil, let kept = try transaction.kept(for: caller, at: now) { throw ReplayedAnswer(kept) }
                var note = EventNote(action)
                var source = random
                let result: Result
                do {
                    result = try body(transaction, &note)
                } catch let refusal as Refusal {
                    throw RefusedChange(refusal: refusal, note: note)
                }
                try transaction.append(note, by: caller, at: now, using: &source)
                if let answer, caller.ticket != nil { try transaction.keep(answer(result), for: caller, at: now) }
                return result
            }
        } catch let refused as RefusedChange {
            if refused.refusal.isRefusedRight {
                try await record(EventNote(refused: refused.refusal, refused.note), by: caller, at: now)
            }
            throw refused.refusal
        }
    }

    func changeEach<Made: Sendable>(
        by caller: Caller, needing permission: Scope, _ action: String, at now: Instant,
        keeping answer: Answering<[Outcome<Made>]>?, _ parts: [BatchPart<Transaction, Made>]
    ) async throws -> [Outcome<Made>] {
        try await authorize(caller, permission, action, at: now)
        return try await write { [random] transaction in
            if answer != nil, let kept = try transaction.kept(for: caller, at: now) { throw ReplayedAnswer(kept) }
            var source = random
            let outcomes = try parts.map { try transaction.attempt($0, by: caller, at: now, using: &source) }
            if let answer, caller.ticket != nil { try transaction.keep(answer(outcomes), for: caller, at: now) }
            return outcomes
        }
    }

    /// The answer kept for this very call of the caller, or nil; before anything else is looked at, because what was
    /// right when the call was first made (an expiry that lay ahead) may be wrong by now. A caller that lacks the scope is
    /// given nothing here; the change itself refuses it, under its own name.
    package func keptAnswer(by caller: Caller, needing permission: Scope, at now: Instant) async throws -> [UInt8]? {
        guard caller.ticket != nil, caller.scopes.covers(permission) else { return nil }
        return try await reading { try $0.kept(for: caller, at: now) }
    }

    /// A refusal from within a change, with what the operation had said of itself by then.
    private struct RefusedChange: Error {
        let refusal: Refusal
        let note: EventNote
    }

    func read<Result: Sendable>(
        by caller: Caller, needing permission: Scope, _ action: String, at now: Instant,
        _ body: @escaping @Sendable (Transaction) throws -> Result
    ) async throws -> Result {
        try await authorize(caller, permission, action, at: now)
        return try await reading(body)
    }

    private func authorize(_ caller: Caller, _ permission: Scope, _ action: String, at now: Instant) async throws {
        guard !caller.scopes.covers(permission) else { return }
        try await record(EventNote(refused: .missingScope(permission), EventNote(action)), by: caller, at: now)
        throw Refusal.missingScope(permission)
    }

    /// Writes an event that stands for itself.
    package func record(_ note: EventNote, by caller: Caller, at now: Instant) async throws {
        try await write { [random] transaction in
            var source = random
            try transaction.append(note, by: caller, at: now, using: &source)
        }
    }

    func write<Result: Sendable>(
        _ body: @escaping @Sendable (Transaction) throws -> Result
    ) async throws -> Result {
        let durable: Durable<Result> = try await translating {
            try await engine.write { [vault] statements in
                let transaction = Transaction(statements, vault: vault)
                return Durable(result: try body(transaction), effects: transaction.effects)
            } committed: { [index, lending, mint, bell] durable in
                index.apply(durable.effects.keys)
                lending.apply(durable.effects.lending)
                for change in durable.effects.tokens { mint?.apply(change) }
                bell.ring(durable.effects)
            }
        }
        // In force here since it was committed; who keeps verdicts elsewhere must have dropped them before it returns.
        await index.following.settle(durable.effects.keys)
        return durable.result
    }

    private struct Durable<Result: Sendable>: Sendable {
        let result: Result
        let effects: Effects
    }

    func reading<Result: Sendable>(_ body: @escaping @Sendable (Transaction) throws -> Result) async throws -> Result {
        try await translating {
            try await engine.read { [vault] statements in try body(Transaction(statements, vault: vault)) }
        }
    }

    private func translating<Result>(_ body: () async throws -> Result) async throws -> Result {
        do {
            return try await body()
        } catch EngineFailure.full {
            throw StorageFailure.full
        } catch EngineFailure.failed(let text) {
            throw StorageFailure.engine(text)
        } catch EngineFailure.taken(let text) {
            throw StorageFailure.engine("unexpected repeat in \(text)")
        }
    }

    /// The store of one core: the same funnel, its own records.
    package func owners() -> any Store<any OwnerRecords> { Door<any OwnerRecords>(ledger: self) { $0 } }
    /// The store of the issuing core.
    package func keys() -> any Store<any KeyRecords> { Door<any KeyRecords>(ledger: self) { $0 } }
    /// The store of what is done by time.
    package func schedule() -> any Store<any ScheduleRecords> { Door<any ScheduleRecords>(ledger: self) { $0 } }
    /// The store of what was counted.
    package func uses() -> any Store<any UseRecords> { Door<any UseRecords>(ledger: self) { $0 } }
    /// The store of what is looked through for what should not stay as it is.
    package func hygiene() -> any Store<any HygieneRecords> { Door<any HygieneRecords>(ledger: self) { $0 } }
    /// The store of who is told.
    package func webhooks() -> any Store<any WebhookRecords> { Door<any WebhookRecords>(ledger: self) { $0 } }
    /// The store of the holding core.
    package func credentials() -> any Store<any CredentialRecords> { Door<any CredentialRecords>(ledger: self) { $0 } }

    /// The store of what tokens are signed with.
    package func tokens() -> any Store<any TokenRecords> { Door<any TokenRecords>(ledger: self) { $0 } }

    /// The store of a core whose part stands in a file of its own.
    func door<Records>(_ records: @escaping @Sendable (Transaction) -> Records) -> any Store<Records> {
        Door(ledger: self, records: records)
    }

    /// Events after a sequence number, those the caller may see.
    package func events(
        by caller: Caller, _ filter: EventFilter, after: Int64, limit: Int, at now: Instant
    ) async throws -> [Event] {
        try await read(by: caller, needing: Permission.eventsRead, "event.list", at: now) { transaction in
            try transaction.events(filter, visible: caller.accounts, after: after, limit: limit)
        }
    }
}

extension EventBell {
    /// Rings if there is anything to ring for.
    fileprivate func ring(_ effects: Effects) {
        if let sequence = effects.newestEvent { ring(upTo: sequence, webhooksChanged: effects.webhooksChanged) }
    }
}

/// One core's sight of the ledger.
private struct Door<Records>: Store {
    let ledger: Ledger
    let records: @Sendable (Transaction) -> Records

    func change<Result: Sendable>(
        by caller: Caller, needing permission: Scope, _ action: String, at now: Instant,
        keeping answer: Answering<Result>?,
        _ body: @escaping @Sendable (Records, inout EventNote) throws -> Result
    ) async throws -> Result {
        try await ledger.change(by: caller, needing: permission, action, at: now, keeping: answer) {
            [records] transaction, note in
            try body(records(transaction), &note)
        }
    }

    func changeEach<Made: Sendable>(
        by caller: Caller, needing permission: Scope, _ action: String, at now: Instant,
        keeping answer: Answering<[Outcome<Made>]>?, _ parts: [BatchPart<Records, Made>]
    ) async throws -> [Outcome<Made>] {
        let parts = parts.map { [records] part in
            BatchPart<Transaction, Made>(part.action) { try part.body(records($0), &$1) }
        }
        return try await ledger.changeEach(
            by: caller, needing: permission, action, at: now, keeping: answer, parts)
    }

    func read<Result: Sendable>(
        by caller: Caller, needing permission: Scope, _ action: String, at now: Instant,
        _ body: @escaping @Sendable (Records) throws -> Result
    ) async throws -> Result {
        try await ledger.read(by: caller, needing: permission, action, at: now) { [records] transaction in
            try body(records(transaction))
        }
    }
}
