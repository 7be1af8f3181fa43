// SPDX-License-Identifier: Apache-2.0
import Access
import HeldKeys
import Logging
import Offboarding
import ServiceLifecycle
import Storage

/// Carries offboardings on, once a second.
final class OffboardingService: Service {
    private let course: OffboardingCourse
    private let logger: Logger

    private static let every = Duration.seconds(1)

    init(ledger: Ledger, erasure: Erasure, logger: Logger) {
        self.logger = logger
        let owners = Owners(store: ledger.owners(), random: .system)
        course = OffboardingCourse(
            offboardings: Offboardings(store: ledger.offboardings(), random: .system)
        ) { account, _, offboarding, now in
            let name = try await owners.find(by: .setup, .account(account), at: now).name
            _ = try await erasure.erase(
                by: .offboarding(offboarding), account, confirmation: name, reason: "Offboarding \(offboarding).",
                at: now)
        }
    }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do {
                    try await self.course.advance(now: Clock.now)
                } catch {
                    self.logger.error(
                        "Offboardings could not be carried on; that is tried again",
                        metadata: ["error": "\(type(of: error))"])
                }
                try? await Task.sleep(for: Self.every)
            }
        }
    }
}
