// SPDX-License-Identifier: Apache-2.0
import Access
import Secrets
import Shapes
import Tokens
import Wire

/// `GET /v1/token-keys`
func listTokenKeys(_ call: Call) async throws -> Answer {
    .tokenKeys(try await call.ports.tokenKeys.list(by: call.caller, at: call.now), at: call.now)
}

/// `POST /v1/token-keys/rotate`
func rotateTokenKeys(_ call: Call) async throws -> Answer {
    let fields = try call.optionalFields("compromised")
    let isCompromised = try fields.optional("compromised", .bool) ?? false
    return .tokenKeys(
        try await call.ports.tokenKeys.rotate(by: call.caller, isCompromised: isCompromised, at: call.now),
        at: call.now)
}

extension Answer {
    /// All keys: there are never many.
    fileprivate static func tokenKeys(_ keys: [TokenKey], at now: Instant) -> Answer {
        .page(keys, next: nil) { writer, key in
            writer.member("id", key.id.description)
            writer.member("algorithm", key.algorithm.rawValue)
            writer.member("state", key.state(at: now).rawValue)
            writer.text("created_at", key.createdAt)
            writer.text("signs_from", key.signsFrom)
            writer.text("signs_until", key.signsUntil)
            writer.text("published_until", key.publishedUntil)
        }
    }
}
