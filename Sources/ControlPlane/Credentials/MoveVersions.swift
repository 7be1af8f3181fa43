// SPDX-License-Identifier: Apache-2.0
import HeldKeys
import Shapes

/// `POST /v1/credentials/{id}/promote`.
func promoteVersion(_ call: Call) async throws -> Answer {
    _ = try call.optionalFields()
    return try await call.answer(
        try await call.ports.credentials.promote(
            by: call.caller, call.id("credential"), ifRevision: call.expectedRevision(), at: call.now))
}

/// `POST /v1/credentials/{id}/rollback`.
func rollBackVersion(_ call: Call) async throws -> Answer {
    _ = try call.optionalFields()
    return try await call.answer(
        try await call.ports.credentials.rollBack(
            by: call.caller, call.id("credential"), ifRevision: call.expectedRevision(), at: call.now))
}

/// `POST /v1/credentials/{id}/retire`.
func retireVersion(_ call: Call) async throws -> Answer {
    let fields = try call.optionalFields("state")
    let state = try fields.optional("state", Shape<RetirableState>.word) ?? .previous
    return try await call.answer(
        try await call.ports.credentials.retire(
            by: call.caller, call.id("credential"), state == .previous ? .previous : .pending,
            ifRevision: call.expectedRevision(), at: call.now))
}

/// Which version can be ended while the current one stays.
private enum RetirableState: String, CaseIterable { case previous, pending }
