// SPDX-License-Identifier: Apache-2.0
import IssuedKeys
import Shapes

/// `PATCH /v1/keys/{id}`.
func changeKey(_ call: Call) async throws -> Answer {
    let patch = try KeyPatch(try call.fields(KeyPatch.fields), at: call.now, in: call.ports.zones)
    let key = try await call.ports.keys.change(
        by: call.caller, call.id("key"), patch, ifRevision: call.expectedRevision(), at: call.now)
    return try await call.changed(key)
}

extension Call {
    /// The answer to a change of a key.
    func changed(_ key: Key) async throws -> Answer {
        let view = try await KeyViews(call: self).view(changed: key)
        return .one(revision: key.revision) { $0.members(of: view) }
    }
}
