// SPDX-License-Identifier: Apache-2.0
import Access
import IssuedKeys
import Shapes

extension KeyDraft {
    /// The fields that a draft is read from.
    static let fields = [
        "keyspace", "owner", "name", "scopes", "expires_at", "not_before", "allowed_addresses", "allowed_routes",
        "bound_accounts", "metadata", "limits", "quota",
    ]

    /// Reads a draft. Single calls, bulk and import share it.
    init(_ fields: Fields, at now: Instant, in zones: TimeZones) throws(FieldFault) {
        self.init(
            keyspace: try fields.required("keyspace", .text(1...63)), owner: try fields.required("owner", .owner),
            name: try fields.required("name", .name), scopes: try fields.required("scopes", .scopes),
            expiresAt: try fields.nullable("expires_at", .future(from: now)),
            notBefore: try fields.nullable("not_before", .instant),
            allowedAddresses: try fields.optional("allowed_addresses", .addresses) ?? [],
            allowedRoutes: try fields.optional("allowed_routes", .routes(0...100)) ?? [],
            boundAccounts: try fields.optional("bound_accounts", Shape.id("an account").list(0...100)) ?? [],
            metadata: try fields.optional("metadata", .metadata) ?? "{}",
            limits: try fields.nullable("limits", .limits), quota: try fields.nullable("quota", .quota(in: zones)))
    }
}
