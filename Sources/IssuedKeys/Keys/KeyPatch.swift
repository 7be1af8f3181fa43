// SPDX-License-Identifier: Apache-2.0
package import Access

/// What may be changed of a key.
package struct KeyPatch: Sendable {
    package var name: Patch<String> = .keep
    package var scopes: Patch<ScopeSet> = .keep
    package var expiresAt: Patch<Instant> = .keep
    package var notBefore: Patch<Instant> = .keep
    package var allowedAddresses: Patch<[AddressRange]> = .keep
    package var allowedRoutes: Patch<[Route]> = .keep
    package var metadata: Patch<String> = .keep
    /// Cleared: those of its keyspace again.
    package var limits: Patch<[Limit]> = .keep
    package var quota: Patch<Quota> = .keep

    /// A patch that changes nothing.
    package init() {}
}
