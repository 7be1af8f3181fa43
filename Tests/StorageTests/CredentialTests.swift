// SPDX-License-Identifier: Apache-2.0
import Access
import HeldKeys
import IssuedKeys
import Secrets
import Storage
import TestKit
import Testing

/// Held keys over a real database: what is lent, what is refused, what is left.
@Suite struct CredentialTests {
    private let now = FixedTime.start

    private struct Held {
        let world: World
        let account: AccountID
        let app: AppID
        let credential: Credential
    }

    private func held(_ value: String = "first") async throws -> Held {
        let world = try await World.make()
        let (account, app) = try await world.customer("Shop")
        try await describe(world)
        let credential = try await world.credentials.hold(
            by: .setup, CredentialDraft(account: account, provider: "carrier", name: "main"),
            value: HeldValue(Secret(text: value)), at: now)
        return Held(world: world, account: account, app: app, credential: credential)
    }

    private func describe(_ world: World) async throws {
        let format = try #require(SlotFormat("{value}"))
        let provider = Provider(
            name: "carrier", title: "Carrier", origins: [try #require(OriginPattern("https://api.carrier.example"))],
            slots: [.header(name: "X-Key", format: format)], createdAt: now, updatedAt: now, revision: 1)
        _ = try await world.providers.put(by: .setup, provider, ifRevision: nil, at: now)
    }

    private func lent(_ held: Held) async throws -> Loan? {
        held.world.lending.find(app: held.app, .name(Array("carrier".utf8)))
    }

    private func grant(_ held: Held, reveals: Bool = false) async throws -> Integration {
        var draft = IntegrationDraft(
            name: "carrier", app: held.app, credential: held.credential.id, allow: [.of(["*"], "/**")])
        draft.reveals = reveals
        return try await held.world.integrations.grant(by: .setup, draft, at: now)
    }

    private func value(_ loan: Loan?) throws -> String {
        let loan = try #require(loan)
        return try loan.open().revealingAll { bytes in bytes.exposed() }.asText
    }

    private func refusal(_ body: () async throws -> Void) async -> Refusal? {
        do {
            try await body()
            return nil
        } catch { return error as? Refusal }
    }

    private func replace(_ held: Held, _ value: String, _ draft: VersionDraft = VersionDraft()) async throws
        -> Credential
    {
        try await held.world.credentials.replace(
            by: .setup, held.credential.id, draft, value: HeldValue(Secret(text: value)), ifRevision: nil, at: now)
    }

    @Test func `what was put in last is lent next, rolled back what was before, and the same after a restart`()
        async throws
    {
        let held = try await held()
        _ = try await grant(held)
        #expect(try value(try await lent(held)) == "first")
        _ = try await replace(held, "second")
        #expect(try value(try await lent(held)) == "second")
        _ = try await held.world.credentials.rollBack(by: .setup, held.credential.id, ifRevision: nil, at: now)
        #expect(try value(try await lent(held)) == "first")
        var pending = VersionDraft()
        pending.isPending = true
        _ = try await replace(held, "third", pending)
        #expect(try value(try await lent(held)) == "first")
        _ = try await held.world.credentials.promote(by: .setup, held.credential.id, ifRevision: nil, at: now)
        #expect(try value(try await lent(held)) == "third")
        let again = try await held.world.reopened()
        #expect(try value(again.lending.find(app: held.app, .name(Array("carrier".utf8)))) == "third")
    }

    @Test func `the same value again, another version than expected, an older revision: refused`() async throws {
        let held = try await held()
        #expect(await refusal { _ = try await replace(held, "first") }?.isConflict == true)
        var forced = VersionDraft()
        forced.evenIfEqual = true
        _ = try await replace(held, "first", forced)
        var expecting = VersionDraft()
        expecting.expectedVersion = 1
        #expect(await refusal { _ = try await replace(held, "second", expecting) }?.isConflict == true)
        expecting.expectedVersion = 2
        _ = try await replace(held, "second", expecting)
        let stale = await refusal {
            _ = try await held.world.credentials.replace(
                by: .setup, held.credential.id, VersionDraft(), value: HeldValue(Secret(text: "third")), ifRevision: 1,
                at: now)
        }
        #expect(stale == .changedMeanwhile(revision: 3))
    }

    @Test func `of a thousand replacements few stay in memory, and all can be listed`() async throws {
        let held = try await held()
        for number in 0..<60 { _ = try await replace(held, "value \(number)") }
        let read = try await held.world.credentials.find(by: .setup, held.credential.id, at: now)
        #expect(read.versions.count == 20)
        #expect(read.current?.number == 61)
        let listed = try await held.world.credentials.versions(
            by: .setup, of: held.credential.id, Page(after: nil, limit: 200), at: now)
        #expect(listed.items.map(\.number) == Array((1...61).reversed()))
        _ = try await grant(held)
        let loan = try #require(try await lent(held))
        #expect(loan.credential?.versions.map(\.state) == [.previous, .current])
    }

    @Test func `calls at once each get a number of their own`() async throws {
        let held = try await held()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<8 { group.addTask { _ = try await replace(held, "value \(number)") } }
            try await group.waitForAll()
        }
        let listed = try await held.world.credentials.versions(
            by: .setup, of: held.credential.id, Page(after: nil, limit: 200), at: now)
        #expect(listed.items.map(\.number) == Array((1...9).reversed()))
        #expect(listed.items.filter { $0.state == .current }.count == 1)
    }

    @Test func `a deleted one is lent no more, comes back within its window, and is destroyed behind it`() async throws
    {
        let held = try await held()
        _ = try await grant(held)
        let credentials = held.world.credentials
        let id = held.credential.id
        _ = try await credentials.delete(by: .setup, id, recoverWithin: .seconds(60), ifRevision: nil, at: now)
        #expect(try await lent(held)?.isWhole == false)
        #expect(await refusal { _ = try await replace(held, "second") }?.isConflict == true)
        try await credentials.destroyDeleted(at: now + .seconds(59))
        _ = try await credentials.restore(by: .setup, id, ifRevision: nil, at: now + .seconds(59))
        #expect(try value(try await lent(held)) == "first")
        try await credentials.destroyDeleted(at: now + .seconds(61))
        #expect(try value(try await lent(held)) == "first")
        _ = try await credentials.delete(by: .setup, id, recoverWithin: .seconds(60), ifRevision: nil, at: now)
        let end = now + .seconds(60)
        #expect(
            await refusal { _ = try await credentials.restore(by: .setup, id, ifRevision: nil, at: end) }?.isConflict
                == true)
        try await credentials.destroyDeleted(at: end)
        let left = try await credentials.find(by: .setup, id, at: end)
        #expect(left.isDestroyed && left.versions.allSatisfy { $0.box.isEmpty })
    }

    @Test func `what somebody put in or was shown is on record, by their name, before it is shown`() async throws {
        let held = try await held()
        let user = UserID(high: 7, low: 7)
        let caller = held.world.caller("credentials:*", of: .user(user))
        let shown = try await held.world.credentials.reveal(
            by: caller, held.credential.id, version: nil, RevealRequest(.reveal, reason: "Comparing"), at: now)
        #expect(shown.value.revealingAll { $0.exposed() }.asText == "first")
        _ = try await held.world.credentials.replace(
            by: caller, held.credential.id, VersionDraft(), value: HeldValue(Secret(text: "second")), ifRevision: nil,
            at: now)
        var filter = ExposureFilter()
        filter.user = user
        let seen = try await held.world.exposures.list(by: .setup, filter, Page(after: nil, limit: 10), at: now).items
        #expect(Set(seen.map(\.kind)) == [.reveal, .deposit])
        #expect(Set(seen.map(\.version)) == [1, 2])
        #expect(seen.contains { $0.reason == "Comparing" })
        filter.user = UserID(high: 7, low: 8)
        #expect(
            try await held.world.exposures.list(by: .setup, filter, Page(after: nil, limit: 10), at: now).items.isEmpty)
    }

    @Test func `what came sealed is no exposure`() async throws {
        let held = try await held()
        var draft = VersionDraft()
        draft.cameSealed = true
        _ = try await replace(held, "second", draft)
        let all = try await held.world.exposures.list(
            by: .setup, ExposureFilter(), Page(after: nil, limit: 10), at: now)
        #expect(all.items.map(\.version) == [1])
    }

    @Test func `who may not see values sees none, by no way round`() async throws {
        let held = try await held()
        let integration = try await grant(held)
        let world = held.world
        let manager = world.caller(OperatorRole.manager.scopes.description, boundTo: [held.account])
        let request = RevealRequest(.reveal, reason: "Wanting it")
        #expect(
            await refusal {
                _ = try await world.credentials.reveal(by: manager, held.credential.id, version: nil, request, at: now)
            } == .missingScope(Permission.credentialsReveal))
        var patch = IntegrationPatch()
        patch.reveals = .set(true)
        #expect(
            await refusal {
                _ = try await world.integrations.change(by: manager, integration.id, patch, ifRevision: nil, at: now)
            }?.isEscalation == true)
        var draft = IntegrationDraft(
            name: "other", app: held.app, credential: held.credential.id, allow: [.of(["*"], "/**")])
        draft.reveals = true
        #expect(
            await refusal { _ = try await world.integrations.grant(by: manager, draft, at: now) }?.isEscalation == true)
        let events = try await world.ledger.events(
            by: .setup, EventFilter(action: "credential.reveal"), after: 0, limit: 10, at: now)
        #expect(events.map(\.outcome) == [.refused])
    }

    @Test func `only an integration that says so reveals, to its own app alone`() async throws {
        let held = try await held()
        let silent = try await grant(held)
        let request = RevealRequest(.run, reason: "Starting")
        let caller = held.world.caller("credentials:reveal", boundTo: [held.account], of: .app(held.app))
        let credentials = held.world.credentials
        #expect(
            await refusal {
                _ = try await credentials.reveal(by: caller, through: silent.id, of: held.app, request, at: now)
            }?.isConflict == true)
        var patch = IntegrationPatch()
        patch.reveals = .set(true)
        _ = try await held.world.integrations.change(by: .setup, silent.id, patch, ifRevision: nil, at: now)
        #expect(
            await refusal {
                _ = try await credentials.reveal(
                    by: caller, through: silent.id, of: AppID(high: 1, low: 1), request, at: now)
            } == .notFound("integration"))
        let shown = try await credentials.reveal(by: caller, through: silent.id, of: held.app, request, at: now)
        #expect(shown.exposure.app == held.app && shown.exposure.kind == .run)
        _ = try await held.world.integrations.pause(by: .setup, silent.id, at: now)
        #expect(
            await refusal {
                _ = try await credentials.reveal(by: caller, through: silent.id, of: held.app, request, at: now)
            }?.isConflict == true)
    }
}

extension [UInt8] {
    fileprivate var asText: String { String(decoding: self, as: UTF8.self) }
}

extension Refusal {
    fileprivate var isEscalation: Bool {
        if case .wouldEscalate = self { true } else { false }
    }
}
