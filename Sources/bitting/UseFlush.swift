// SPDX-License-Identifier: Apache-2.0
import Access
import IssuedKeys
import Logging
import SQLiteEngine
import ServiceLifecycle
import Storage
import Synchronization

/// Writes what was counted: uses of keys and refused callers every thirty seconds, and once more at the end.
///
/// Thirty seconds is what a crash may lose of the counts. The longer it is, the less a busy key costs: each is one
/// row a flush, however often it was used.
final class UseFlush: Service {
    private let engine: SQLiteEngine
    private let index: KeyIndex
    private let refusals: RefusalTally
    private let logger: Logger
    private let unwritten = Mutex<[KeyUseCount]>([])
    private let lastFlush = Mutex(Clock.now())

    static let every = Duration.seconds(30)
    private static let rowsAtOnce = 2000

    init(engine: SQLiteEngine, index: KeyIndex, refusals: RefusalTally, logger: Logger) {
        self.engine = engine
        self.index = index
        self.refusals = refusals
        self.logger = logger
    }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                try? await Task.sleep(for: Self.every)
                if Task.isCancelled { return }
                await self.flush()
            }
        }
        await flush()
    }

    /// Milliseconds since the counts were last written.
    var lag: Int64 { Clock.now().milliseconds - lastFlush.withLock { $0.milliseconds } }

    /// Uses of a key that are counted and not written yet.
    func pending(_ key: Key) -> KeyUse {
        var use = index.pendingUse(of: key)
        unwritten.withLock { counts in
            for count in counts where count.key == key.id {
                use.count += count.count
                use.lastAt = max(use.lastAt ?? count.lastAt, count.lastAt)
            }
        }
        return use
    }

    private func flush() async {
        let taken = unwritten.withLock { counts in
            counts += index.takeUses()
            return counts
        }
        var rest = taken[...]
        do {
            while !rest.isEmpty {
                let part = Array(rest.prefix(Self.rowsAtOnce))
                try await Opening.store(part, engine)
                rest = rest.dropFirst(part.count)
                unwritten.withLock { $0.removeFirst(part.count) }
            }
            lastFlush.withLock { $0 = Clock.now() }
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
}
