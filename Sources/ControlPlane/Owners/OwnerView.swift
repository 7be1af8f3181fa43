// SPDX-License-Identifier: Apache-2.0
import Access
import Wire

extension JSONWriter {
    /// An account, app or user as it is shown.
    mutating func members(of owner: Owner) {
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
        member("locked", owner.lockedAt != nil)
        text("locked_at", owner.lockedAt)
        text("created_at", owner.createdAt)
        text("updated_at", owner.updatedAt)
    }
}

extension Answer {
    static func owner(_ owner: Owner) -> Answer {
        one(revision: owner.revision) { $0.members(of: owner) }
    }

    static func made(_ owner: Owner) -> Answer {
        made(at: "/v1/\(owner.id.type.rawValue)s/\(owner.id)", revision: owner.revision) { $0.members(of: owner) }
    }
}

extension Call {
    /// The id in the path, which must be of this type.
    func ownerID(_ type: OwnerType) throws(Refusal) -> OwnerID {
        switch type {
        case .account: .account(try id("account"))
        case .app: .app(try id("app"))
        case .user: .user(try id("user"))
        }
    }
}
