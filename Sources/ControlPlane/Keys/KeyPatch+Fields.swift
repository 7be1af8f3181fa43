// SPDX-License-Identifier: Apache-2.0
import Access
import IssuedKeys
import Shapes

extension KeyPatch {
    /// The fields that a patch is read from.
    static let fields = [
        "name", "scopes", "expires_at", "not_before", "allowed_addresses", "allowed_routes", "metadata",
        "limits", "quota",
    ]

    /// Reads a patch. Single calls and bulk share it.
    init(_ fields: Fields, at now: Instant, in zones: TimeZones) throws(FieldFault) {
        self.init()
        name = try fields.settable("name", .name)
        scopes = try fields.settable("scopes", .scopes)
        expiresAt = try fields.clearable("expires_at", .future(from: now))
        notBefore = try fields.clearable("not_before", .instant)
        allowedAddresses = try fields.clearable("allowed_addresses", .addresses)
        allowedRoutes = try fields.clearable("allowed_routes", .routes(0...100))
        metadata = try fields.clearable("metadata", .metadata)
        limits = try fields.clearable("limits", .limits)
        quota = try fields.clearable("quota", .quota(in: zones))
    }
}
