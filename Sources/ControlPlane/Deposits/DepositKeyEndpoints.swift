// SPDX-License-Identifier: Apache-2.0
import HeldKeys
import Secrets
import Shapes
import Wire

/// `GET /v1/deposit-keys`.
func listDepositKeys(_ call: Call) async throws -> Answer {
    .depositKeys(try await call.ports.depositing.keys.list(by: call.caller, at: call.now))
}

/// `POST /v1/deposit-keys/rotate`.
func rotateDepositKeys(_ call: Call) async throws -> Answer {
    let fields = try call.optionalFields("compromised")
    let isCompromised = try fields.optional("compromised", .bool) ?? false
    return .depositKeys(
        try await call.ports.depositing.keys.rotate(by: call.caller, isCompromised: isCompromised, at: call.now))
}

extension Answer {
    /// All keys: there are never many.
    fileprivate static func depositKeys(_ keys: [StoredDepositKey]) -> Answer {
        .page(keys, next: nil) { writer, key in
            writer.member("id", key.id)
            writer.member("public_key", Base64URL.text(key.publicKey.bytes))
            writer.text("created_at", key.createdAt)
            writer.text("opens_until", key.opensUntil)
        }
    }
}
