// SPDX-License-Identifier: Apache-2.0
import Access
import IssuedKeys
import Metering
import Secrets
import Shapes
import Wire

/// `POST /v1/keys`. The only answer that holds a secret, unless the key is to be secretless. It is written straight into the answer's bytes; those, and the
/// network's buffers after them, are not wiped.
func issueKey(_ call: Call) async throws -> Answer {
    let fields = try call.fields(KeyDraft.fields + ["secretless"])
    var draft = try KeyDraft(fields, at: call.now, in: call.ports.zones)
    draft.isSecretless = try fields.optional("secretless", .bool) ?? false
    return try await call.making(call.issued) { [draft] in
        try await call.ports.keys.issue(by: call.caller, draft, at: call.now, keeping: $0)
    }
}

extension Call {
    /// A new key with its secret.
    @Sendable
    fileprivate func issued(_ made: IssuedKey) -> Answer {
        .made(at: "/v1/keys/\(made.key.id)", revision: made.key.revision) {
            $0.members(of: made, at: now, in: ports.zones)
        }
    }
}

extension JSONWriter {
    /// A new key with its secret, where anybody is to have it.
    mutating func members(of made: IssuedKey, at now: Instant, in zones: TimeZones) {
        members(
            of: KeyView(
                key: made.key, keyspace: made.keyspace, use: KeyUse(count: 0, lastAt: nil),
                balance: made.key.budget.map { Balance(new: $0.budget, at: now, in: zones) },
                now: now))
        if made.key.isSecretless { return }
        key("secret")
        made.secret.revealing { string($0) }
    }
}
