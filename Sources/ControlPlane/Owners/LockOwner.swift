// SPDX-License-Identifier: Apache-2.0
import Access
import Shapes

/// `POST /v1/accounts/{id}/lock`, and the same for apps and users.
func lockOwner(_ type: OwnerType) -> @Sendable (Call) async throws -> Answer {
    { call in
        let note = try call.optionalFields("note").optional("note", .note)
        return try await call.answer(
            try await call.ports.owners.lock(by: call.caller, call.ownerID(type), note: note, at: call.now))
    }
}

/// `POST /v1/accounts/{id}/unlock`, and the same for apps and users.
func unlockOwner(_ type: OwnerType) -> @Sendable (Call) async throws -> Answer {
    { call in
        let note = try call.optionalFields("note").optional("note", .note)
        return try await call.answer(
            try await call.ports.owners.unlock(by: call.caller, call.ownerID(type), note: note, at: call.now))
    }
}
