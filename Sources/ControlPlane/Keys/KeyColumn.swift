// SPDX-License-Identifier: Apache-2.0
import Access
import IssuedKeys

/// The columns of an export as a table. What is a list in JSON stands in one cell, separated by spaces.
enum KeyColumn: String, CaseIterable, Sendable {
    case id, keyspace, environment
    case ownerType = "owner_type"
    case owner, account, name, hint, scopes, state
    case revokedAt = "revoked_at"
    case revokedReason = "revoked_reason"
    case expiresAt = "expires_at"
    case notBefore = "not_before"
    case allowedAddresses = "allowed_addresses"
    case allowedRoutes = "allowed_routes"
    case metadata, uses
    case lastUsedAt = "last_used_at"
    case createdAt = "created_at"
    case updatedAt = "updated_at"

    /// The cell of a key; empty where there is nothing.
    func text(of view: KeyView) -> String {
        let key = view.key
        return switch self {
        case .id: key.id.description
        case .keyspace: view.keyspace.name
        case .environment: view.keyspace.environment
        case .ownerType: key.owner.type.rawValue
        case .owner: key.owner.description
        case .account: key.account.description
        case .name: key.name
        case .hint: key.hint
        case .scopes: key.scopes.description
        case .state: key.state.name
        case .revokedAt: key.revocation?.at.description ?? ""
        case .revokedReason: key.revocation?.reason.rawValue ?? ""
        case .expiresAt: key.expiresAt?.description ?? ""
        case .notBefore: key.notBefore?.description ?? ""
        case .allowedAddresses: key.allowedAddresses.map(\.description).joined(separator: " ")
        case .allowedRoutes:
            key.allowedRoutes.map { $0.shownMethods.joined(separator: ",") + " " + $0.path }.joined(separator: "; ")
        case .metadata: key.metadata
        case .uses: String(view.use.count)
        case .lastUsedAt: view.use.lastAt?.description ?? ""
        case .createdAt: key.createdAt.description
        case .updatedAt: key.updatedAt.description
        }
    }
}

extension Key {
    fileprivate var revocation: Revocation? {
        if case .revoked(let revocation) = state { revocation } else { nil }
    }
}
