// SPDX-License-Identifier: Apache-2.0
import Access
import HeldKeys
import IssuedKeys
import Logging
import ServiceLifecycle
import Storage
import Synchronization

/// Writes what was counted: uses of keys, lent calls and refused callers every thirty seconds, whenever somebody wants to see them
/// whole, and once more at the end.
///
/// Thirty seconds is what a crash may lose of the counts. The longer it is, the less a busy key costs: each is some
/// rows a flush, however often it was used.
final class UseFlush: Service {
    private let engine: any Engine
    private let index: KeyIndex
    private let lendUses: LendUses
    private let refusals: RefusalTally
    private let logger: Logger
    private let fold: UsageFold
    private let lendFold: LendUseFold
    private let state: Mutex<State>

    private struct State {
        var unwritten = UseCounts()
        var unwrittenLent = LendUseCounts()
        var tags = TagBudget()
        var lastFlush = Clock.now()
        /// The flush that runs or waits to, and whether it has not begun.
        var latest: Task<Void, Never>?
        var isWaiting = false
    }

    static let every = Duration.seconds(30)
    /// How many flushes there are to one folding of old counts.
    private static let flushesToAFold = 10
    /// So many keys share a commit: few enough that no other change waits for long.
    private static let keysAtOnce = 500

    init(engine: any Engine, index: KeyIndex, lendUses: LendUses, refusals: RefusalTally, logger: Logger) {
        self.engine = engine
        self.index = index
        self.lendUses = lendUses
        self.refusals = refusals
        self.logger = logger
        fold = UsageFold(engine)
        lendFold = LendUseFold(engine)
        state = Mutex(State())
    }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            var turn = 0
            while !Task.isCancelled {
                try? await Task.sleep(for: Self.every)
                if Task.isCancelled { return }
                await self.flush()
                turn += 1
                if turn % Self.flushesToAFold == 0 { await self.foldOld() }
            }
        }
        await flush()
    }

    /// Milliseconds since the counts were last written.
    var lag: Int64 { Clock.now().milliseconds - state.withLock { $0.lastFlush.milliseconds } }

    /// Uses of a key that are counted and not written yet.
    func pending(_ key: Key) -> KeyUse {
        var use = index.pendingUse(of: key)
        if let count = state.withLock({ $0.unwritten[key.id] }) {
            use.add(KeyUse(count: count.count, lastAt: count.last?.at, visitor: count.last?.visitor ?? Visitor()))
        }
        return use
    }

    /// Writes everything that was counted before the call. One flush at a time; calls that come while one waits share
    /// it.
    func flush() async {
        let task = state.withLock { state -> Task<Void, Never> in
            if state.isWaiting, let latest = state.latest { return latest }
            let before = state.latest
            let task = Task {
                await before?.value
                self.state.withLock { $0.isWaiting = false }
                await self.write()
            }
            state.isWaiting = true
            state.latest = task
            return task
        }
        await task.value
    }

    private func write() async {
        let taken = index.takeUses()
        let takenLent = lendUses.take()
        state.withLock { state in
            state.tags.enter(Clock.now())
            state.unwritten.add(taken.map { state.tags.bound($0) })
            state.unwrittenLent.add(takenLent)
        }
        do {
            while true {
                let part = state.withLock { Array($0.unwritten.rest.prefix(Self.keysAtOnce)) }
                if part.isEmpty { break }
                try await Opening.store(part, engine)
                state.withLock { $0.unwritten.remove(part.count) }
            }
            while true {
                let part = state.withLock { $0.unwrittenLent.next(Self.keysAtOnce) }
                if part.isEmpty { break }
                try await Opening.store(lent: part, engine)
                state.withLock { $0.unwrittenLent.remove(part) }
            }
            state.withLock { $0.lastFlush = Clock.now() }
        } catch {
            logger.error(
                "Counts of uses could not be written; they are kept and tried again",
                metadata: ["error": "\(type(of: error))"])
        }
        await refusals.flush()
        do {
            try await KeptAnswers.removeExpired(engine, at: Clock.now())
        } catch {
            logger.error(
                "Answers kept for repeated calls could not be removed in time; it is tried again",
                metadata: ["error": "\(type(of: error))"])
        }
    }

    private func foldOld() async {
        do {
            try await fold.run(at: Clock.now())
            try await lendFold.run(at: Clock.now())
        } catch {
            logger.error(
                "Old counts of uses could not be folded; it is tried again", metadata: ["error": "\(type(of: error))"])
        }
    }
}
