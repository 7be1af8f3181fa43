// SPDX-License-Identifier: Apache-2.0
import Access
import CommandLine
import Egress
import Logging
import ServiceLifecycle
import Storage
import Synchronization

/// Has the trail signed now and then and once at the end, and brings each checkpoint to the second places. Nothing waits
/// for it: a place that takes nothing costs a line in the log.
final class CheckpointService: Service {
    private let signer: TrailSigner
    private let deliveries: [Delivery]
    private let every: Length
    private let logger: Logger
    private let isFailing = Mutex(false)

    /// How long the end of the program waits for the second places.
    private static let lastWait = Duration.seconds(5)

    init(signer: TrailSigner, options: CheckpointOptions, logger: Logger) throws {
        self.signer = signer
        every = options.every
        self.logger = logger
        deliveries = try options.places.map { place in
            let place = try SecondPlace(place, allowingPrivate: options.allowedPrivate)
            return Delivery(to: place) {
                try await Task.sleep(for: $0)
            } report: { turn in
                CheckpointService.report(turn, of: place.name, logger)
            }
        }
    }

    /// Signs until told to stop. It must be told last: what the others write at their end is signed then.
    func run() async throws {
        await cancelWhenGracefulShutdown {
            await withDiscardingTaskGroup { group in
                for delivery in self.deliveries { group.addTask { await delivery.run() } }
                while !Task.isCancelled {
                    await self.sign { try await $0.signIfDue(at: Clock.now()) }
                    try? await Task.sleep(for: .milliseconds(self.every.milliseconds))
                }
            }
        }
        await sign { try await $0.sign(at: Clock.now()) }
        await deliverOnce()
    }

    private func sign(_ sign: (TrailSigner) async throws -> KeptCheckpoint?) async {
        do {
            if let kept = try await sign(signer) {
                for delivery in deliveries { delivery.offer(kept.note) }
            }
            let wasFailing = isFailing.withLock { isFailing in
                defer { isFailing = false }
                return isFailing
            }
            if wasFailing { logger.notice("The audit trail is signed again") }
        } catch {
            let wasFailing = isFailing.withLock { isFailing in
                defer { isFailing = true }
                return isFailing
            }
            if !wasFailing { logger.critical("The audit trail cannot be signed: \(Self.reason(error))") }
        }
    }

    private static func reason(_ error: any Error) -> String {
        switch error {
        case TrailFault.shorter(let signed, let found):
            "\(signed) events were signed and it ends at \(found); events were removed, or an older copy was put back"
        case TrailFault.rewritten(let sequence): "event \(sequence) is not the one that was signed"
        case TrailFault.broken(let sequence): "event \(sequence) does not follow the one before it"
        default: "\(type(of: error))"
        }
    }

    /// One more attempt for each place, all at once, and no longer than the last wait.
    private func deliverOnce() async {
        await withTaskGroup(of: Bool.self) { group in
            for delivery in deliveries {
                group.addTask {
                    await delivery.attempt()
                    return true
                }
            }
            group.addTask {
                try? await Task.sleep(for: Self.lastWait)
                return false
            }
            var open = deliveries.count
            while open > 0, await group.next() == true { open -= 1 }
            group.cancelAll()
        }
    }

    private static func report(_ turn: Delivery.Turn, of place: String, _ logger: Logger) {
        switch turn {
        case .failing(let reason):
            logger.error(
                "A second place does not take checkpoints; the newest is kept for it",
                metadata: ["place": "\(place)", "reason": "\(reason)"])
        case .recovered: logger.notice("A second place takes checkpoints again", metadata: ["place": "\(place)"])
        }
    }
}

extension SecondPlace {
    /// The place that an option names.
    fileprivate init(_ place: CheckpointPlace, allowingPrivate allowed: [AddressRange]) throws {
        do {
            switch place {
            case .file(let path): self = .file(path)
            case .localSyslog: self = .localSyslog(now: Clock.now)
            case .syslog(let host, let port):
                self = try .syslog(host: host, port: port, allowingPrivate: allowed, now: Clock.now)
            case .webhook(let url): self = try .webhook(url, allowingPrivate: allowed)
            }
        } catch {
            throw HouseFailure(
                "A place for checkpoints is no usable address.",
                fix: "Write it as https://host/path or syslog://host:port, without user, password or fragment.")
        }
    }
}
