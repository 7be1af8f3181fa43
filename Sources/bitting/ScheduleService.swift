// SPDX-License-Identifier: Apache-2.0
import IssuedKeys
import Logging
import ServiceLifecycle
import Storage

/// Does what time asks for, twice a minute.
final class ScheduleService: Service {
    private let schedule: Schedule
    private let flush: UseFlush
    private let logger: Logger

    static let every = Duration.seconds(30)

    init(ledger: Ledger, flush: UseFlush, logger: Logger) {
        schedule = Schedule(
            store: ledger.schedule(), postpone: { try await ledger.postpone($0) },
            reviewPolicies: { try await ledger.reviewPolicies() }, watchingSince: Clock.now())
        self.flush = flush
        self.logger = logger
    }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                await self.pass()
                try? await Task.sleep(for: Self.every)
            }
        }
    }

    private func pass() async {
        do {
            try await schedule.run(at: Clock.now()) { await flush.flush() }
        } catch {
            logger.error(
                "What is due by time could not be done; it is tried again", metadata: ["error": "\(type(of: error))"])
        }
    }
}
