// SPDX-License-Identifier: Apache-2.0
internal import Synchronization

extension BittingClient {
    /// Lets ``BittingClient/verify(_:scopes:address:method:path:userAgent:cost:)`` answer again what it asked before.
    ///
    /// It keeps the promise that a key is refused everywhere once its revocation returned: the client follows all
    /// changes, and the server lets no change return before every follower has dropped what the change concerns, or
    /// has lost the lease of one second without which it uses nothing it kept. So the bound is 0: there is no moment
    /// after the revocation's return at which a kept verdict lets the key in. A revocation takes one round trip to the
    /// followers longer, and up to one second longer when a follower has died or cannot be reached.
    ///
    /// This rests on one thing: that the clocks of both machines run equally fast, to 5 %. A virtual machine that is
    /// stopped for a while by its host may use up what was left of its lease after it goes on.
    ///
    /// Kept are good verdicts on keys without limits and budgets, for at most ``longest`` and never beyond the key's
    /// own expiry; not those with a cost, nor those on a secret that was replaced. Uses of kept verdicts are counted
    /// and told to the server three times a second, so that last use, usage and policies stay true; what was not
    /// told when the program ends is lost. No key's text stays in memory, only its SHA-256.
    public struct Cache: Sendable {
        /// How many verdicts at most.
        public var entries: Int
        /// For how long at most.
        public var longest: Duration

        /// A cache of this size.
        public init(entries: Int = 10_000, longest: Duration = .seconds(10)) {
            self.entries = entries
            self.longest = longest
        }
    }
}

/// The verdicts of a client and the task that keeps them true; ends with the last copy of the client.
final class Follower: Sendable {
    private let kept: Box
    private let task: Task<Void, Never>

    /// What both the client and the task hold; the task does not hold the follower, so that it can end.
    private final class Box: Sendable {
        let verdicts: Mutex<KeptVerdicts>
        init(_ verdicts: KeptVerdicts) { self.verdicts = Mutex(verdicts) }
    }

    /// - Parameter ask: sends a question to `/v1/follow`.
    init(
        _ cache: BittingClient.Cache,
        asking ask: @escaping @Sendable ([UInt8]) async throws(BittingError) -> Response
    ) {
        let kept = Box(KeptVerdicts(capacity: cache.entries, longest: cache.longest))
        self.kept = kept
        task = Task { await Self.follow(kept, ask) }
    }

    deinit { task.cancel() }

    /// Whether kept verdicts may be used now.
    var isFollowing: Bool { kept.verdicts.withLock { $0.isLeased(at: .now) } }

    /// How often a kept verdict was used.
    var hits: UInt64 { kept.verdicts.withLock { $0.hits } }

    /// The kept verdict, or the one that `ask` gets, which is kept if it may be.
    func verdict(
        on question: VerifyQuestion, _ ask: () async throws(BittingError) -> Verification
    ) async throws(BittingError) -> Verification {
        let (found, ticket) = kept.verdicts.withLock { verdicts in
            let now = ContinuousClock.now
            return (verdicts.find(question, at: now), verdicts.ticket(at: now))
        }
        if let found { return found }
        let verification = try await ask()
        if let ticket { kept.verdicts.withLock { $0.keep(verification, for: question, ticket, at: .now) } }
        return verification
    }

    /// Asks for changes, again and again. Whatever goes wrong ends the lease at once.
    private static func follow(
        _ kept: Box, _ ask: @Sendable ([UInt8]) async throws(BittingError) -> Response
    ) async {
        var pause = Duration.milliseconds(100)
        while !Task.isCancelled {
            let question = kept.verdicts.withLock { $0.question() }
            let asked = ContinuousClock.now
            do throws(BittingError) {
                let news = try FollowNews(reading: try await ask(question.body))
                kept.verdicts.withLock { $0.learn(news, asked: asked) }
                pause = .milliseconds(100)
            } catch {
                kept.verdicts.withLock { $0.lapse(untold: question.uses) }
                try? await Task.sleep(for: pause)
                pause = min(pause * 2, .seconds(5))
            }
        }
    }
}
