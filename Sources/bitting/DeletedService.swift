// SPDX-License-Identifier: Apache-2.0
import Access
import DataPlane
import Logging
import ServiceLifecycle
import Storage
import Synchronization

/// Tells the trail of apps that still call through a deleted credential: at most once an hour for each pair. The data
/// plane only leaves a note here.
final class DeletedService: Service {
    private let ledger: Ledger
    private let logger: Logger
    private let told = Mutex<[Pair: Instant]>([:])
    private let asks: AsyncStream<AskedDeleted>
    private let queue: AsyncStream<AskedDeleted>.Continuation

    private struct Pair: Hashable {
        let credential: CredentialID
        let app: AppID
    }

    private static let silence = Length.seconds(3600)
    /// Pairs beyond this many are not told apart until some are forgotten.
    private static let mostPairs = 10_000
    private static let mostWaiting = 1000

    init(ledger: Ledger, logger: Logger) {
        self.ledger = ledger
        self.logger = logger
        (asks, queue) = AsyncStream.makeStream(
            of: AskedDeleted.self, bufferingPolicy: .bufferingOldest(Self.mostWaiting))
    }

    /// Leaves a note, unless the same was told within the hour.
    func asked(_ ask: AskedDeleted, at now: Instant) {
        let pair = Pair(credential: ask.credential, app: ask.app)
        let isNews = told.withLock { told in
            if let last = told[pair], now < last + Self.silence { return false }
            if told.count >= Self.mostPairs { told = told.filter { now < $0.value + Self.silence } }
            guard told.count < Self.mostPairs else { return false }
            told[pair] = now
            return true
        }
        if isNews { queue.yield(ask) }
    }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            for await ask in self.asks { await self.tell(ask) }
        }
    }

    private func tell(_ ask: AskedDeleted) async {
        var note = EventNote("credential.lend", subject: ask.credential.description, account: ask.account)
        note.outcome = .refused
        note.details = [
            .init("app", ask.app.description), .init("integration", ask.integration.description),
            .init("deleted", "yes"),
        ]
        let caller = Caller(
            key: ask.key, of: .app(ask.app), scopes: ScopeSet([]), accounts: [ask.account], address: nil)
        do {
            try await ledger.record(note, by: caller, at: Clock.now())
        } catch {
            logger.error(
                "A call through a deleted credential could not be told of", metadata: ["error": "\(type(of: error))"])
        }
    }
}
