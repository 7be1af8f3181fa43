// SPDX-License-Identifier: Apache-2.0
import Access
import Metering
import Wire

extension JSONWriter {
    /// An account, app or user as it is shown, with what is left of its quota.
    mutating func members(of owner: Owner, _ balance: Balance?) {
        text("id", owner.id)
        switch owner.id {
        case .account: break
        case .app: text("account", owner.account)
        case .user:
            text("account", owner.account)
            member("email", owner.email)
        }
        member("name", owner.name)
        member("external_id", owner.externalID)
        member("metadata", json: owner.metadata)
        member("quota", owner.quota, balance)
        member("locked", owner.lockedAt != nil)
        text("locked_at", owner.lockedAt)
        text("created_at", owner.createdAt)
        text("updated_at", owner.updatedAt)
    }
}

extension Call {
    /// The answer that shows an owner.
    func answer(_ owner: Owner) async throws -> Answer {
        let balance = try await ports.balances(of: [owner.budget], at: now)[0]
        return .one(revision: owner.revision) { $0.members(of: owner, balance) }
    }

    /// The answer that shows an owner that was just made, whose budget is whole.
    @Sendable
    func made(_ owner: Owner) -> Answer {
        let balance = owner.budget.map { Balance(new: $0.budget, at: now, in: ports.zones) }
        let path = "/v1/\(owner.id.type.rawValue)s/\(owner.id)"
        return .made(at: path, revision: owner.revision) { $0.members(of: owner, balance) }
    }

    /// The id in the path, which must be of this type.
    func ownerID(_ type: OwnerType) throws(Refusal) -> OwnerID {
        switch type {
        case .account: .account(try id("account"))
        case .app: .app(try id("app"))
        case .user: .user(try id("user"))
        }
    }
}
