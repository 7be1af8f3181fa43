// SPDX-License-Identifier: Apache-2.0
import Access

/// The program dies here.
struct Crash: Error {}

/// A store under a program that may die before any change, or right after it was made durable.
struct CrashingStore<Records>: Store {
    let base: any Store<Records>
    let dies: @Sendable () -> Bool

    func change<Result: Sendable>(
        by caller: Caller, needing permission: Scope, _ action: String, at now: Instant,
        keeping answer: Answering<Result>?,
        _ body: @escaping @Sendable (Records, inout EventNote) throws -> Result
    ) async throws -> Result {
        if dies() { throw Crash() }
        let result = try await base.change(
            by: caller, needing: permission, action, at: now, keeping: answer, body)
        if dies() { throw Crash() }
        return result
    }

    func changeEach<Made: Sendable>(
        by caller: Caller, needing permission: Scope, _ action: String, at now: Instant,
        keeping answer: Answering<[Outcome<Made>]>?, _ parts: [BatchPart<Records, Made>]
    ) async throws -> [Outcome<Made>] {
        try await base.changeEach(by: caller, needing: permission, action, at: now, keeping: answer, parts)
    }

    func read<Result: Sendable>(
        by caller: Caller, needing permission: Scope, _ action: String, at now: Instant,
        _ body: @escaping @Sendable (Records) throws -> Result
    ) async throws -> Result {
        try await base.read(by: caller, needing: permission, action, at: now, body)
    }
}
