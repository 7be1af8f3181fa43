// SPDX-License-Identifier: Apache-2.0
import Access
import IssuedKeys
import Shapes
import Wire

/// `POST /v1/keys/import` with a JSON body.
func importKeys(_ call: Call) async throws -> Answer {
    let batch = try BatchItems(try call.fields("items"), "items", Keys.longestBulk) {
        json, pointer throws(FieldFault) in
        try KeyImport(json, at: pointer, call.now, in: call.ports.zones)
    }
    let answer = { @Sendable (outcomes: [Outcome<Key>]) in
        batch.answer(outcomes) { writer, key in
            writer.member("status", 201)
            writer.text("key_id", key.id)
        }
    }
    return try await call.making(answer) {
        try await call.ports.keys.takeIn(by: call.caller, batch.items, at: call.now, keeping: $0)
    }
}
