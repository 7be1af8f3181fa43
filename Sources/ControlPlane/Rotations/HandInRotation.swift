// SPDX-License-Identifier: Apache-2.0
import HeldKeys
import Shapes

/// `POST /v1/rotations/{id}/provide`: the new key that a person made.
func provideToRotation(_ call: Call) async throws -> Answer {
    let fields = try call.fields("value", "key_id")
    let key = try fields.nullable("key_id", .providerKey)
    return try await call.answer(
        try await call.ports.rotations.provide(
            by: call.caller, call.id("rotation"), value: fields.heldValue(), key: key, at: call.now))
}

/// `POST /v1/rotations/{id}/confirm`: a person's part is done.
func confirmRotation(_ call: Call) async throws -> Answer {
    let task = try call.fields("task").required("task", Shape<Rotation.Task>.word)
    return try await call.answer(
        try await call.ports.rotations.confirm(by: call.caller, call.id("rotation"), task, at: call.now))
}

/// `POST /v1/rotations/{id}/cancel`.
func cancelRotation(_ call: Call) async throws -> Answer {
    _ = try call.optionalFields()
    return try await call.answer(
        try await call.ports.rotations.cancel(by: call.caller, call.id("rotation"), at: call.now))
}
