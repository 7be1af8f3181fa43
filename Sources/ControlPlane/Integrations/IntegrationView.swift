// SPDX-License-Identifier: Apache-2.0
import Access
import HeldKeys
import Wire

extension JSONWriter {
    /// An integration as it is shown.
    mutating func members(of integration: Integration) {
        text("id", integration.id)
        member("name", integration.name)
        text("app", integration.app)
        text("account", integration.account)
        text("credential", integration.credential)
        member("allow", integration.allow)
        member("limits", integration.limits)
        member("quota", integration.quota, nil)
        member("reveal", integration.reveals)
        member("care", integration.care)
        text("expires_at", integration.expiresAt)
        member("state", integration.state.rawValue)
        text("created_at", integration.createdAt)
        text("updated_at", integration.updatedAt)
    }
}

extension Answer {
    static func integration(_ integration: Integration) -> Answer {
        one(revision: integration.revision) { $0.members(of: integration) }
    }
}
