// SPDX-License-Identifier: Apache-2.0
import Access
import HeldKeys
import IssuedKeys
import Logging
import Metering
import ServiceLifecycle
import Storage
import Tokens

/// Does what time asks for, twice a minute.
final class ScheduleService: Service {
    private let schedule: Schedule
    private let credentials: Credentials
    private let rotations: Rotations
    private let flush: UseFlush
    private let tokenKeys: TokenKeys
    private let depositKeys: DepositKeys
    private let mint: Mint
    private let logger: Logger

    static let every = Duration.seconds(30)

    init(
        ledger: Ledger, credentials: Credentials, flush: UseFlush, tokenKeys: TokenKeys, depositKeys: DepositKeys,
        mint: Mint, logger: Logger
    ) {
        self.credentials = credentials
        rotations = Rotations(store: ledger.credentials(), credentials: credentials, random: .system)
        schedule = Schedule(
            store: ledger.schedule(), postpone: { try await ledger.postpone($0) },
            reviewPolicies: { try await ledger.reviewPolicies() })
        self.flush = flush
        self.tokenKeys = tokenKeys
        self.depositKeys = depositKeys
        self.mint = mint
        self.logger = logger
    }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            var watch = Watch(at: Self.moment)
            while !Task.isCancelled {
                watch.move(to: Self.moment)
                await self.pass(watch)
                try? await Task.sleep(for: Self.every)
            }
        }
    }

    private static var moment: Moment { Moment(at: Clock.now(), tick: Clock.ticks()) }

    private func pass(_ watch: Watch) async {
        do {
            try await schedule.run(at: Clock.now(), watchingSince: watch.since) { await flush.flush() }
            try await tokenKeys.tend(at: Clock.now())
            try await depositKeys.tend(at: Clock.now())
            try await credentials.destroyDeleted(at: Clock.now())
            try await rotations.startDue(at: Clock.now())
            mint.tidy(at: Clock.now())
        } catch {
            logger.error(
                "What is due by time could not be done; it is tried again", metadata: ["error": "\(type(of: error))"])
        }
    }
}
