// SPDX-License-Identifier: Apache-2.0
import Access
import IssuedKeys
import Logging
import Metering
import SQLiteEngine
import ServiceLifecycle
import Storage
import Synchronization

/// Writes down leases of budgets, one batch after the other, and tells those who wait.
///
/// All writes about budgets pass here, in order, so that taking back what was not used can never undo a lease.
final class QuotaDesk: Lender, Service {
    private let engine: SQLiteEngine
    private let meters: Meters
    private let ledger: Ledger
    private let zones: TimeZones
    private let logger: Logger
    private let waiting = Mutex(Waiting())
    private let bell: AsyncStream<Void>.Continuation
    private let rings: AsyncStream<Void>

    private struct Waiting {
        var wants: [Subject: (want: Want, then: [@Sendable (Bool) -> Void])] = [:]
    }

    /// How often unused leases are taken back, alerts told and overdue reservations settled.
    static let tidiesEvery = Duration.seconds(1)
    /// After so long without use a lease is taken back.
    private static let idleAfter = Length.seconds(30)

    init(engine: SQLiteEngine, meters: Meters, ledger: Ledger, zones: TimeZones, logger: Logger) {
        self.engine = engine
        self.meters = meters
        self.ledger = ledger
        self.zones = zones
        self.logger = logger
        (rings, bell) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    func refill(_ want: Want) { add(want, nil) }
    func lend(_ want: Want, then: @escaping @Sendable (Bool) -> Void) { add(want, then) }

    private func add(_ want: Want, _ then: (@Sendable (Bool) -> Void)?) {
        waiting.withLock { waiting in
            let before = waiting.wants[want.subject]
            let amount = min((before?.want.amount ?? 0) + want.amount, Quota.amounts.upperBound)
            let joined = Want(subject: want.subject, account: want.account, amount: amount)
            waiting.wants[want.subject] = (joined, (before?.then ?? []) + (then.map { [$0] } ?? []))
        }
        bell.yield()
    }

    func run() async throws {
        let ticking = Task { [bell] in
            while !Task.isCancelled {
                try? await Task.sleep(for: Self.tidiesEvery)
                bell.yield()
            }
        }
        var tidied = ContinuousClock.now
        await withGracefulShutdownHandler {
            for await _ in rings {
                await lendAll()
                meters.settleOverdue(tick: Clock.ticks())
                guard ContinuousClock.now - tidied >= Self.tidiesEvery else { continue }
                tidied = ContinuousClock.now
                await tidy(unusedSince: Instant(milliseconds: Clock.now().milliseconds - Self.idleAfter.milliseconds))
            }
        } onGracefulShutdown: {
            self.bell.finish()
        }
        ticking.cancel()
        await lendAll()
        await tidy(unusedSince: .distantFuture)
    }

    private func lendAll() async {
        let batch = waiting.withLock { waiting in
            defer { waiting.wants = [:] }
            return waiting.wants
        }
        guard !batch.isEmpty else { return }
        do {
            _ = try await Opening.lend(
                batch.values.map(\.want), engine, meters: meters, zones: zones, at: Clock.now())
            for entry in batch.values { for then in entry.then { then(true) } }
        } catch {
            logger.error("A budget could not be written down", metadata: ["error": "\(type(of: error))"])
            for entry in batch.values {
                meters.refuse(entry.want)
                for then in entry.then { then(false) }
            }
        }
    }

    private func tidy(unusedSince moment: Instant) async {
        meters.sweep(tick: Clock.ticks())
        do {
            try await Opening.settle(engine, meters: meters, unusedSince: moment)
            let passed = meters.passedAlerts()
            guard !passed.isEmpty else { return }
            try await Opening.store(alerts: passed.map { ($0.subject, $0.percent) }, engine)
            for alert in passed { try await tell(alert.subject, alert.percent, alert.spent, alert.capacity) }
        } catch {
            logger.error("Budgets could not be tidied", metadata: ["error": "\(type(of: error))"])
        }
    }

    private func tell(_ subject: Subject, _ percent: Int, _ spent: Int64, _ capacity: Int64) async throws {
        let account = try await Opening.budget(subject, engine).account
        try await ledger.record(
            EventNote(
                "quota.threshold", subject: subject.description, account: account,
                details: [
                    .init("percent", String(percent)), .init("spent", String(spent)), .init("amount", String(capacity)),
                ]), by: .setup, at: Clock.now())
    }
}
