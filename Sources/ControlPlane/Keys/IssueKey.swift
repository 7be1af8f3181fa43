// SPDX-License-Identifier: Apache-2.0
import IssuedKeys
import Secrets
import Wire

/// `POST /v1/keys`. The only answer that holds a secret. It is written straight into the answer's bytes; those, and the
/// network's buffers after them, are not wiped.
func issueKey(_ call: Call) async throws -> Answer {
    let draft = try KeyDraft(try call.fields(KeyDraft.fields), at: call.now)
    return try await call.making(Answer.issued) {
        try await call.ports.keys.issue(by: call.caller, draft, at: call.now, keeping: $0)
    }
}

extension Answer {
    /// A new key with its secret.
    fileprivate static func issued(_ made: IssuedKey) -> Answer {
        .made(at: "/v1/keys/\(made.key.id)", revision: made.key.revision) { $0.members(of: made) }
    }
}

extension JSONWriter {
    /// A new key with its secret.
    mutating func members(of made: IssuedKey) {
        members(of: KeyView(key: made.key, keyspace: made.keyspace, use: KeyUse(count: 0, lastAt: nil)))
        key("secret")
        made.secret.revealing { string($0) }
    }
}
