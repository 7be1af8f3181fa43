// SPDX-License-Identifier: Apache-2.0
import Access
import DataPlane
import HeldKeys
import Logging
import ServiceLifecycle
import Storage
import Synchronization

/// Carries rotations on: looks several times a second which steps are due, and does many of them beside each other.
final class RotationService: Service {
    private let course: RotationCourse
    private let rotations: Rotations
    private let lending: Lending
    private let logger: Logger
    private let state = Mutex(State())

    private struct State {
        /// Those with a step under way.
        var busy: Set<RotationID> = []
        /// Those that failed for a reason of our own, and until when they are left alone.
        var resting: [RotationID: Instant] = [:]
    }

    private static let every = Duration.milliseconds(200)
    /// So many steps are under way at once.
    private static let atOnce = 512
    /// How long one rests whose step failed on our own side.
    private static let rest = Length.seconds(10)

    init(
        ledger: Ledger, credentials: Credentials, dataKeys: DataKeys, lending: Lending, plane: DataPlane,
        logger: Logger
    ) {
        rotations = Rotations(store: ledger.credentials(), credentials: credentials, random: .system)
        self.lending = lending
        self.logger = logger
        course = RotationCourse(
            rotations: rotations, dataKeys: dataKeys,
            ask: { call, id, version in
                let asker = lending.asker(
                    of: id, version: version, settings: call.settings, origin: call.origin)
                guard let loan = asker else { return .unavailable }
                return await plane.ask(call, with: loan)
            },
            trial: { id, version in
                guard let loan = lending.trial(of: id, version: version) else { return nil }
                return await plane.test(loan)
            },
            lending: lending,
            postpone: { try await ledger.postpone($0) })
    }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            await withDiscardingTaskGroup { group in
                while !Task.isCancelled {
                    await self.look(&group)
                    try? await Task.sleep(for: Self.every)
                }
            }
        }
    }

    /// Begins what is due. What is under way when the program is told to stop comes to the end of its step.
    private func look(_ group: inout DiscardingTaskGroup) async {
        do {
            for id in lending.takeSwitchingNews() { try await course.takeNews(of: id, at: Clock.now()) }
            let free = Self.atOnce - state.withLock { $0.busy.count }
            guard free > 0 else { return }
            for id in try await course.due(at: Clock.now(), limit: Self.atOnce) {
                guard take(id) else { continue }
                group.addTask { await self.carryOn(id) }
            }
        } catch {
            logger.error("Rotations could not be looked at", metadata: ["error": "\(type(of: error))"])
        }
    }

    private func take(_ id: RotationID) -> Bool {
        let now = Clock.now()
        return state.withLock { state in
            guard state.busy.count < Self.atOnce, !state.busy.contains(id) else { return false }
            if let until = state.resting[id], now < until { return false }
            state.resting[id] = nil
            state.busy.insert(id)
            return true
        }
    }

    /// Step after step, as long as the next one is due at once.
    private func carryOn(_ id: RotationID) async {
        var failure: (any Error)?
        do {
            while !Task.isCancelled, let next = try await course.advance(id, now: Clock.now), next <= Clock.now() {}
        } catch is Refusal {
            // Somebody changed it in this very moment; it is looked at anew.
        } catch {
            failure = error
        }
        if let failure {
            logger.error(
                "A step of a rotation failed; it is tried again",
                metadata: ["rotation": "\(id)", "error": "\(type(of: failure))"])
        }
        state.withLock { [failed = failure != nil] state in
            state.busy.remove(id)
            if failed { state.resting[id] = Clock.now() + Self.rest }
        }
    }
}
