// SPDX-License-Identifier: Apache-2.0
import Access
import IssuedKeys
import Shapes
import Wire

/// `POST /v1/keys/bulk`.
func bulkKeys(_ call: Call) async throws -> Answer {
    let batch = try BatchItems(try call.fields("operations"), "operations", Keys.longestBulk) {
        json, pointer throws(FieldFault) in
        try KeyOperation(json, at: pointer, call.now, in: call.ports.zones)
    }
    let answer = { @Sendable (outcomes: [Outcome<KeyOutcome>]) in
        batch.answer(outcomes) { $0.members(of: $1, call.ports, at: call.now) }
    }
    return try await call.making(answer) {
        try await call.ports.keys.bulk(by: call.caller, batch.items, at: call.now, keeping: $0)
    }
}

extension JSONWriter {
    /// What is left of a quota is not read for a key that was changed: the answer is written within the change.
    fileprivate mutating func members(of outcome: KeyOutcome, _ ports: ControlPorts, at now: Instant) {
        member("status", outcome.issued == nil ? 200 : 201)
        key("key")
        object { writer in
            if let issued = outcome.issued { return writer.members(of: issued, at: now, in: ports.zones) }
            let use = outcome.use.adding(ports.pendingUse(outcome.key))
            writer.members(of: KeyView(key: outcome.key, keyspace: outcome.keyspace, use: use, balance: nil, now: now))
        }
    }
}

extension KeyOperation {
    private enum Name: String, CaseIterable, Sendable {
        case create, update, revoke, disable, enable
    }

    /// Reads one operation: `op`, and beside it the fields of the single call; the key's id as `id`.
    fileprivate init(_ json: JSON, at pointer: String, _ now: Instant, in zones: TimeZones) throws(FieldFault) {
        let every = ["op", "id", "reason", "note"] + KeyDraft.fields + KeyPatch.fields
        switch try Fields(json, at: pointer, every).required("op", Shape<Name>.word) {
        case .create:
            let fields = try Fields(json, at: pointer, ["op"] + KeyDraft.fields)
            self = .create(try KeyDraft(fields, at: now, in: zones))
        case .update:
            let fields = try Fields(json, at: pointer, ["op", "id"] + KeyPatch.fields)
            self = .change(try fields.keyID(), try KeyPatch(fields, at: now, in: zones))
        case .revoke:
            let fields = try Fields(json, at: pointer, ["op", "id", "reason", "note"])
            self = .revoke(
                try fields.keyID(), try fields.required("reason", Shape<RevocationReason>.word),
                note: try fields.optional("note", .note))
        case .disable: self = .disable(try Fields(json, at: pointer, ["op", "id"]).keyID())
        case .enable: self = .enable(try Fields(json, at: pointer, ["op", "id"]).keyID())
        }
    }
}

extension Fields {
    fileprivate func keyID() throws(FieldFault) -> KeyID { try required("id", .id("a key")) }
}
