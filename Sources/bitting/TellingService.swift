// SPDX-License-Identifier: Apache-2.0
import Access
import ControlPlane
import Egress
import HeldKeys
import Logging
import Secrets
import ServiceLifecycle
import Storage
import Telling

/// Tells webhooks and waiting calls of events.
final class TellingService: Service {
    /// What the control plane gets of it.
    let port: TellingPort
    private let courier: Courier
    private let counts: PostCounts
    private let poster: Poster
    private let bell: EventBell
    private let ledger: Ledger
    private let logger: Logger

    /// How often messages that were given up long ago are forgotten.
    private static let forgetsEvery = Duration.seconds(3600)

    init(
        _ ledger: Ledger, _ engine: any Engine, _ keyring: Keyring, _ bell: EventBell,
        allowingPrivate allowed: [AddressRange], logger: Logger
    ) async throws {
        let poster = try await Poster.make(allowingPrivate: allowed)
        let counts = PostCounts()
        self.counts = counts
        let post: @Sendable (Parcel) async -> AttemptOutcome = { parcel in
            let outcome = await poster.outcome(of: parcel)
            counts.add(outcome)
            return outcome
        }
        (self.poster, self.bell, self.ledger, self.logger) = (poster, bell, ledger, logger)
        port = TellingPort(
            webhooks: Webhooks(store: ledger.webhooks(), keyring: keyring, random: .system),
            waiting: WaitingRoom(bell) { try await Task.sleep(for: $0) }, fault: { poster.fault($0, $1) }, post: post)
        courier = Courier(
            CourierPorts(
                webhooks: { try await ledger.activeWebhooks() },
                events: { try await Opening.events(engine, after: $0, limit: $1) },
                due: { try await ledger.dueDeliveries(of: $0, at: $1, limit: $2) },
                settle: { try await ledger.settle($0, at: $1) }, post: post, keyring: keyring, now: Clock.now,
                pause: { try await Task.sleep(for: $0) }, random: .system,
                report: { what, error in logger.error("\(what)", metadata: ["error": "\(type(of: error))"]) }),
            bell: bell)
        if let end = try await Opening.chainEnd(engine) { bell.ring(upTo: end.sequence) }
    }

    /// Tells until told to stop. Calls that wait are answered then, and what is under way is given up: it is sent again
    /// after the next start.
    func run() async throws {
        await cancelWhenGracefulShutdown {
            await withDiscardingTaskGroup { group in
                group.addTask { await self.courier.run() }
                group.addTask { await self.forgetOld() }
            }
        }
        bell.close()
    }

    /// Closes the way out. To be told to stop after all that posts.
    var wayOut: some Service { WayOut(poster: poster) }

    private struct WayOut: Service {
        let poster: Poster

        func run() async throws {
            try? await gracefulShutdown()
            await poster.close()
        }
    }

    /// The part of `/metrics` about webhooks.
    var metrics: String { counts.text }

    private func forgetOld() async {
        while !Task.isCancelled {
            do {
                try await ledger.forgetDeadLetters(at: Clock.now())
            } catch {
                logger.error(
                    "Old deliveries could not be removed; it is tried again", metadata: ["error": "\(type(of: error))"])
            }
            try? await Task.sleep(for: Self.forgetsEvery)
        }
    }
}

extension Poster {
    fileprivate func outcome(of parcel: Parcel) async -> AttemptOutcome {
        let answer = await post(
            parcel.body, fields: parcel.fields, to: parcel.url, certificateAuthority: parcel.certificateAuthority)
        switch answer {
        case .success(let answer): return .answered(status: answer.status, retryAfter: answer.retryAfter)
        case .failure(let failure): return .unanswered(reason: failure.word)
        }
    }

    fileprivate func fault(_ url: String, _ certificateAuthority: String?) -> WebhookFault? {
        do throws(PostTarget.Fault) {
            try check(url, certificateAuthority: certificateAuthority)
            return nil
        } catch {
            return WebhookFault(error)
        }
    }
}

extension WebhookFault {
    fileprivate init(_ fault: PostTarget.Fault) {
        switch fault {
        case .origin(.userInfo):
            self.init("url", "The address has a user in it.", fix: "Leave it out; the signature says who sends.")
        case .origin, .tooLong:
            self.init(
                "url", "This is not the address of a web page as it is written out.",
                fix: "Send https://host/path in ASCII, 2048 bytes at most, without fragment.")
        case .plain:
            self.init(
                "url", "The address is without TLS.",
                fix: "Send an https address; plain http needs `serve --webhooks-allow-private`.")
        case .refused(_, let reason):
            self.init(
                "url", "The address is not public: \(reason.rawValue).",
                fix: "Send a public address, or open its range with `serve --webhooks-allow-private`.")
        case .certificateAuthority:
            self.init("certificate_authority", "The certificate cannot be read.", fix: "Send PEM of a certificate.")
        }
    }
}
