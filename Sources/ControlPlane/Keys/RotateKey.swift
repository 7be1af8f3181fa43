// SPDX-License-Identifier: Apache-2.0
import Access
import IssuedKeys
import Secrets
import Shapes
import Wire

/// `POST /v1/keys/{id}/rotate`. With `POST /v1/keys` the only answer that holds a secret, and kept the same way.
func rotateKey(_ call: Call) async throws -> Answer {
    let fields = try call.optionalFields("grace", "finish_when_idle", "end_retiring")
    let terms = RotationTerms(
        grace: try fields.optional("grace", .lengthOrNone) ?? .seconds(0),
        finishWhenIdle: try fields.nullable("finish_when_idle", .length),
        endsRetiring: try fields.optional("end_retiring", .bool) ?? false)
    let id: KeyID = try call.id("key")
    let revision = try call.expectedRevision()
    let before = try await KeyViews(call: call).beside(id)
    return try await call.making({ Answer.rotated($0, before, at: call.now) }) {
        try await call.ports.keys.rotate(
            by: call.caller, id, terms, ifRevision: revision, at: call.now, keeping: $0)
    }
}

/// `POST /v1/keys/{id}/retire`.
func retireKey(_ call: Call) async throws -> Answer {
    let fields = try call.fields("grace")
    return try await call.changed(
        try await call.ports.keys.retire(
            by: call.caller, call.id("key"), grace: try fields.required("grace", .lengthOrNone),
            ifRevision: call.expectedRevision(), at: call.now))
}

/// `POST /v1/keys/{id}/rollback`.
func rollBackKey(_ call: Call) async throws -> Answer {
    _ = try call.optionalFields()
    return try await call.changed(
        try await call.ports.keys.rollBack(
            by: call.caller, call.id("key"), ifRevision: call.expectedRevision(), at: call.now))
}

extension Answer {
    /// A key with its new secret, and what became of the old one.
    fileprivate static func rotated(_ made: IssuedKey, _ beside: KeyViews.Beside, at now: Instant) -> Answer {
        let view = KeyView(
            key: made.key, keyspace: made.keyspace, use: beside.use, balance: beside.balance, now: now)
        return .one(revision: made.key.revision) { writer in
            writer.key("key")
            writer.object { $0.members(of: view) }
            writer.key("secret")
            made.secret.revealing { writer.string($0) }
            writer.retirement(made.key.retirement(at: now))
        }
    }
}
