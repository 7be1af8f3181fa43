// SPDX-License-Identifier: Apache-2.0
import HeldKeys
import Shapes
import Wire

/// `POST /v1/credentials/{id}/reveal`.
func revealValue(_ call: Call) async throws -> Answer {
    let fields = try call.fields("reason", "version")
    let request = RevealRequest(.reveal, reason: try fields.required("reason", .note))
    return .revealed(
        try await call.ports.credentials.reveal(
            by: call.caller, call.id("credential"), version: try fields.optional("version", .integer(1...Int64.max)),
            request, at: call.now))
}

/// `POST /v1/integrations/{id}/reveal`.
func revealThroughIntegration(_ call: Call) async throws -> Answer {
    let fields = try call.fields("reason")
    let request = RevealRequest(.reveal, reason: try fields.required("reason", .note))
    return .revealed(
        try await call.ports.credentials.reveal(
            by: call.caller, through: call.id("integration"), request, at: call.now))
}

extension Answer {
    /// The value, and the record that it was seen. With the answers that make a key the only ones with a secret; never
    /// kept for a repeated call.
    fileprivate static func revealed(_ revealed: RevealedValue) -> Answer {
        .json { writer in
            writer.object { writer in
                writer.text("credential", revealed.credential.id)
                writer.member("version", revealed.version.number)
                writer.text("exposure", revealed.exposure.id)
                writer.key("value")
                writer.value(of: revealed)
            }
        }
    }
}

extension JSONWriter {
    fileprivate mutating func value(of revealed: RevealedValue) {
        let names = revealed.version.parts
        guard !names.isEmpty else { return part(NamedPart.whole, of: revealed) }
        object { writer in
            for name in names {
                writer.key(name)
                writer.part(name, of: revealed)
            }
        }
    }

    private mutating func part(_ name: String, of revealed: RevealedValue) {
        _ = revealed.value.revealing(name) { string($0) }
    }
}
