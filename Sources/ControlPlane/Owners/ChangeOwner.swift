// SPDX-License-Identifier: Apache-2.0
import Access
import Shapes

/// `PATCH /v1/accounts/{id}`, and the same for apps and users. Only users have `email`.
func changeOwner(_ type: OwnerType) -> @Sendable (Call) async throws -> Answer {
    { call in
        let fields =
            type == .user
            ? try call.fields("name", "email", "external_id", "metadata", "quota")
            : try call.fields("name", "external_id", "metadata", "quota")
        var patch = OwnerPatch()
        patch.name = try fields.settable("name", .name)
        patch.externalID = try fields.clearable("external_id", .text(1...200))
        patch.metadata = try fields.clearable("metadata", .metadata)
        patch.quota = try fields.clearable("quota", .quota(in: call.ports.zones))
        if type == .user { patch.email = try fields.clearable("email", .email) }
        let owner = try await call.ports.owners.change(
            by: call.caller, call.ownerID(type), patch, ifRevision: call.expectedRevision(), at: call.now)
        return try await call.answer(owner)
    }
}
