// SPDX-License-Identifier: Apache-2.0
import Access
import HeldKeys
import Secrets
import Storage
import Synchronization
import TestKit
import Testing

/// One credential of a fake provider, an app that calls with it, and a program that carries its rotation on, and may die.
final class HeldRotationScene: Sendable {
    let world: World
    let provider: FakeProvider
    let app: AppID
    let credential: CredentialID
    private let state: Mutex<State>

    struct State {
        var now = FixedTime.start
        var random: Seeded
        var lending: Lending
        /// Whether the program died at least once: then what it lends is read anew after each step, for the ledger goes on
        /// telling the first one.
        var isRestarted = false
        /// How often a call goes wrong at the provider, and the program dies, in percent.
        var trouble = 0
        var deaths = 0
        var problems: [String] = []
    }

    init(_ world: World, seed: UInt64, isNamed: Bool = true) async throws {
        self.world = world
        provider = FakeProvider(seed: seed, at: FixedTime.start)
        let (account, app) = try await world.customer("Account \(seed)")
        self.app = app
        _ = try await world.providers.put(
            by: .setup, .fake("fake", isNamed: isNamed, at: FixedTime.start), ifRevision: nil, at: FixedTime.start)
        credential = try await world.credentials.hold(
            by: .setup, CredentialDraft(account: account, provider: "fake", name: "main"),
            value: HeldValue(Secret(text: provider.first)), at: FixedTime.start
        ).id
        _ = try await world.integrations.grant(
            by: .setup,
            IntegrationDraft(name: "fake", app: app, credential: credential, allow: [.of(["*"], "/**")]),
            at: FixedTime.start)
        state = Mutex(State(random: Seeded(seed &+ 77), lending: world.lending))
    }

    var now: Instant { state.withLock { $0.now } }
    var problems: [String] { state.withLock { $0.problems } }
    func with<Result>(_ body: (inout State) -> Result) -> Result { state.withLock { body(&$0) } }
    func dice(_ bound: Int) -> Int { state.withLock { $0.random.below(bound) } }
    private func report(_ problem: String) { state.withLock { $0.problems.append("\($0.now): \(problem)") } }

    private var fault: FakeProvider.Fault {
        state.withLock { state in
            state.random.below(100) < state.trouble
                ? state.random.pick(FakeProvider.Fault.allCases) : .none
        }
    }

    private func secret(_ loan: Loan?) -> String? {
        guard let value = try? loan?.open() else { return nil }
        return value.revealingAll {
            $0.revealing { span in
                var text = ""
                for position in 0..<span.count { text.unicodeScalars.append(Unicode.Scalar(span[position])) }
                return text
            }
        }
    }

    /// The program as it is since it was last started.
    var course: RotationCourse {
        let lending = state.withLock { $0.lending }
        let store = CrashingStore(base: world.ledger.credentials()) { [self] in
            with { $0.random.below(100) < $0.deaths }
        }
        let random = Randomness.seeded(UInt64(dice(1_000_000)))
        let credentials = Credentials(store: store, dataKeys: world.dataKeys, random: random)
        return RotationCourse(
            rotations: Rotations(store: store, credentials: credentials, random: random), dataKeys: world.dataKeys,
            ask: { [self] call, id, version in
                guard let secret = secret(lending.asker(of: id, version: version, settings: call.settings)) else {
                    return .unavailable
                }
                let reply = provider.ask(call, with: secret, fault, at: now)
                watch(call)
                return reply
            },
            trial: { [self] id, version in
                guard let secret = secret(lending.trial(of: id, version: version)) else { return nil }
                return provider.test(secret, fault, at: now)
            },
            lending: lending, postpone: { [self] in try await world.ledger.postpone($0) })
    }

    /// After each call about keys one of those that calls carry has to work.
    private func watch(_ call: ProviderCall) {
        guard call.method == "DELETE" else { return }
        if !provider.keys.contains(where: { $0.works(at: now) }) { report("the last working key was deleted") }
    }

    /// A call of the app: with the loan of its turn, and once more with the other version where it is refused.
    func call() {
        let lending = state.withLock { $0.lending }
        guard let loan = lending.find(app: app, .name(Array("fake".utf8))), let shown = secret(loan) else {
            return report("nothing is lent")
        }
        if provider.takes(shown, at: now) { return }
        guard let other = lending.counterpart(of: loan), let second = secret(other) else {
            return report("a call with \(shown) was refused, and there was no other version")
        }
        guard provider.takes(second, at: now) else { return report("a call with \(shown) and \(second) was refused") }
        if loan.isSwitching, other.isSwitching { lending.sawRefused(loan, taking: other) }
    }

    /// The program is started again: what was in memory alone is gone.
    func restart() async throws {
        let lending = Lending()
        try await Opening.load(world.engine, into: lending, vault: world.vault)
        with { ($0.lending, $0.isRestarted) = (lending, true) }
    }

    func rotation(_ id: RotationID) async throws -> Rotation {
        try await Rotations(store: world.ledger.credentials(), credentials: world.credentials, random: .seeded(1))
            .find(by: .setup, id, at: now)
    }

    /// One step of the program; it may die of it.
    func step(_ id: RotationID) async throws {
        do {
            let lending = state.withLock { $0.lending }
            for credential in lending.takeSwitchingNews() { try await course.takeNews(of: credential, at: now) }
            _ = try await course.advance(id) { self.now }
        } catch is Crash {
            try await restart()
        } catch is Refusal {
            // It was changed in this very moment.
        }
        if with({ $0.isRestarted }) { try await restart() }
    }
}
