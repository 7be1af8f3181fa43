// SPDX-License-Identifier: Apache-2.0
import Access
import HeldKeys
import IssuedKeys
import Secrets
import Storage
import TestKit
import Testing

/// Who signs in, and what they can make of it.
@Suite struct OperatorTests {
    private let now = FixedTime.start

    private func refusal(_ body: () async throws -> Void) async -> Refusal? {
        do {
            try await body()
            return nil
        } catch { return error as? Refusal }
    }

    private func add(
        _ world: World, _ role: OperatorRole, by caller: Caller = .setup, accounts: [AccountID] = []
    ) async throws -> AddedOperator {
        try await world.operators.add(
            by: caller, OperatorDraft(name: "A \(role.rawValue)", role: role, accounts: accounts), at: now)
    }

    @Test func `an operator is a user with a key of the role's scopes`() async throws {
        let world = try await World.make()
        let (account, _) = try await world.customer("Client")
        let added = try await add(world, .manager, accounts: [account])
        #expect(added.issued.key.scopes == OperatorRole.manager.scopes)
        #expect(added.issued.key.boundAccounts == [account])
        #expect(added.issued.key.owner == .user(added.person.user))
        #expect(world.verdict(added.issued.secret.exposed()) == .valid)
        let listed = try await world.operators.list(by: .setup, Page(after: nil, limit: 10), at: now).items
        #expect(listed == [added.person])
    }

    @Test func `nobody gives a role that may do what they may not`() async throws {
        let world = try await World.make()
        let (account, _) = try await world.customer("Client")
        let admin = world.caller(OperatorRole.admin.scopes.description)
        for role in [OperatorRole.admin, .auditor] { _ = try await add(world, role, by: admin) }
        _ = try await add(world, .manager, by: admin, accounts: [account])
        #expect(
            await refusal { _ = try await add(world, .owner, by: admin) }
                == .wouldEscalate(pointer: "/role", detail: "The role may do what the caller may not."))
        for role in [OperatorRole.manager, .auditor] {
            let caller = world.caller(role.scopes.description, boundTo: role == .manager ? [account] : nil)
            #expect(
                await refusal { _ = try await add(world, .auditor, by: caller) } == .missingScope(Permission.keysWrite))
        }
    }

    @Test func `a manager is for some accounts, the others for all`() async throws {
        let world = try await World.make()
        let (account, _) = try await world.customer("Client")
        let pointers = [
            await refusal { _ = try await add(world, .manager) },
            await refusal { _ = try await add(world, .auditor, accounts: [account]) },
            await refusal { _ = try await add(world, .manager, accounts: [AccountID(high: 9, low: 9)]) },
        ].map { refusal -> String? in
            guard case .invalid(let pointer, _, _) = refusal else { return nil }
            return pointer
        }
        #expect(pointers == ["/accounts", "/accounts", "/accounts/0"])
        #expect(try await world.operators.list(by: .setup, Page(after: nil, limit: 10), at: now).items.isEmpty)
    }

    @Test func `whoever is removed signs in no more; the last owner stays`() async throws {
        let world = try await World.make()
        let owner = try await add(world, .owner)
        let auditor = try await add(world, .auditor)
        let text = auditor.issued.secret.exposed()
        #expect(world.verdict(text) == .valid)
        let removed = try await world.operators.remove(by: .setup, auditor.person.user, at: now)
        #expect(removed.removedAt == now)
        #expect(world.verdict(text) == .revoked)
        _ = try await world.operators.remove(by: .setup, auditor.person.user, at: now)
        let last = await refusal { _ = try await world.operators.remove(by: .setup, owner.person.user, at: now) }
        guard case .conflict = last else {
            Issue.record("the last owner was removed")
            return
        }
        #expect(world.verdict(owner.issued.secret.exposed()) == .valid)
    }
}
