// SPDX-License-Identifier: Apache-2.0

/// The one funnel that every management call passes: it authorizes, runs the change in a transaction, writes the
/// event, makes it durable and puts it in force before it returns.
///
/// There is no way to `Records` without a caller and the scope the act needs. A caller without that scope is refused,
/// and the refusal is an event.
package protocol Store<Records>: Sendable {
    /// What a transaction offers to one core.
    associatedtype Records

    /// Runs a change. `body` may throw a ``Refusal``; then nothing is changed.
    ///
    /// - Parameter answer: When the caller has a ticket, this answer to the change is kept, sealed, with the change
    ///   itself. The same call within ``ReplayTicket/lifetime`` throws ``ReplayedAnswer`` and does nothing else; another
    ///   call under the same key throws ``Refusal/idempotencyKeyReused``.
    func change<Result: Sendable>(
        by caller: Caller, needing permission: Scope, _ action: String, at now: Instant,
        keeping answer: Answering<Result>?,
        _ body: @escaping @Sendable (Records, inout EventNote) throws -> Result
    ) async throws -> Result

    /// Runs many changes in one transaction, in order, each with an event of its own. A part that throws a ``Refusal``
    /// is rolled back alone; any other failure undoes them all.
    ///
    /// - Parameters:
    ///   - action: What the batch as a whole is called where the caller may not do it.
    ///   - answer: Kept as in ``change(by:needing:_:at:keeping:_:)``, for the batch as a whole.
    func changeEach<Made: Sendable>(
        by caller: Caller, needing permission: Scope, _ action: String, at now: Instant,
        keeping answer: Answering<[Outcome<Made>]>?, _ parts: [BatchPart<Records, Made>]
    ) async throws -> [Outcome<Made>]

    /// Runs a reading. Sees every change that was acknowledged before.
    func read<Result: Sendable>(
        by caller: Caller, needing permission: Scope, _ action: String, at now: Instant,
        _ body: @escaping @Sendable (Records) throws -> Result
    ) async throws -> Result
}

extension Store {
    /// Runs a change whose answer is not kept: repeating it does it again, or is refused.
    package func change<Result: Sendable>(
        by caller: Caller, needing permission: Scope, _ action: String, at now: Instant,
        _ body: @escaping @Sendable (Records, inout EventNote) throws -> Result
    ) async throws -> Result {
        try await change(by: caller, needing: permission, action, at: now, keeping: nil, body)
    }
}

/// A part of a list: what to skip and how many to give.
package struct Page: Equatable, Sendable {
    /// The most items a page may hold.
    package static let longest = 200
    /// The identifier of the last item of the page before, or nil at the start.
    package let after: String?
    package let limit: Int

    /// A page.
    package init(after: String?, limit: Int) {
        self.after = after
        self.limit = limit
    }
}

/// Items of a page, and where the next one starts; nil at the end.
package struct PageItems<Item: Sendable>: Sendable {
    package let items: [Item]
    package let next: String?

    /// A page that is put together already.
    package init(items: [Item], next: String?) {
        self.items = items
        self.next = next
    }

    /// From up to `limit + 1` rows: the extra row tells that there is more.
    package init(_ rows: [Item], limit: Int, id: (Item) -> String) {
        if rows.count > limit {
            items = Array(rows.prefix(limit))
            next = items.last.map(id)
        } else {
            items = rows
            next = nil
        }
    }
}

/// A field of a merge patch (RFC 7396): absent, set to null, or given a value.
package enum Patch<Value: Sendable>: Sendable {
    case keep
    case clear
    case set(Value)

    /// The value after the patch.
    package func applied(to value: Value?) -> Value? {
        switch self {
        case .keep: value
        case .clear: nil
        case .set(let new): new
        }
    }
}

extension Patch: Equatable where Value: Equatable {}
