// SPDX-License-Identifier: Apache-2.0
import Access
import IssuedKeys
import Secrets
import Wire

/// `POST /v1/keys`. The only answer that holds a secret. It is written straight into the answer's bytes; those, and the
/// network's buffers after them, are not wiped.
func issueKey(_ call: Call) async throws -> Answer {
    let draft = try KeyDraft(call)
    return try await call.making(call.issued) {
        try await call.ports.keys.issue(by: call.caller, draft, at: call.now, keeping: $0)
    }
}

extension Call {
    /// A new key with its secret.
    @Sendable
    fileprivate func issued(_ made: IssuedKey) -> Answer {
        let view = KeyView(
            key: made.key, keyspace: made.keyspace, use: KeyUse(count: 0, lastAt: nil),
            balance: made.key.budget?.untouched(at: now, in: ports.zones))
        return .made(at: "/v1/keys/\(made.key.id)", revision: made.key.revision) { writer in
            writer.members(of: view)
            writer.key("secret")
            made.secret.revealing { writer.string($0) }
        }
    }
}

extension KeyDraft {
    fileprivate init(_ call: Call) throws {
        let fields = try call.fields(
            "keyspace", "owner", "name", "scopes", "expires_at", "not_before", "allowed_addresses", "allowed_routes",
            "bound_accounts", "metadata", "limits", "quota")
        self.init(
            keyspace: try fields.required("keyspace", .text(1...63)), owner: try fields.required("owner", .owner),
            name: try fields.required("name", .name), scopes: try fields.required("scopes", .scopes),
            expiresAt: try fields.nullable("expires_at", .future(from: call.now)),
            notBefore: try fields.nullable("not_before", .instant),
            allowedAddresses: try fields.optional("allowed_addresses", .addresses) ?? [],
            allowedRoutes: try fields.optional("allowed_routes", .routes(0...100)) ?? [],
            boundAccounts: try fields.optional("bound_accounts", Shape.id("an account").list(0...100)) ?? [],
            metadata: try fields.optional("metadata", .metadata) ?? "{}",
            limits: try fields.nullable("limits", .limits),
            quota: try fields.nullable("quota", .quota(in: call.ports.zones)))
    }
}
