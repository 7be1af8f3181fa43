// SPDX-License-Identifier: Apache-2.0
package import Access

/// A third-party service described as data: where its key may go, and where in a request it stands.
package struct Provider: Equatable, Sendable {
    /// What calls and credentials name it by: `[a-z0-9][a-z0-9-]{0,62}`.
    package let name: String
    package var title: String
    /// The only places its key may go; lent calls go to the first.
    package var origins: [Origin]
    package var slot: CredentialSlot
    /// Ranges that are not public and still allowed; empty means public addresses only.
    package var allowedPrivateAddresses: [AddressRange]
    /// PEM of the authority its certificate is checked against; nil for the system's roots.
    package var certificateAuthority: String?
    /// Named lists of routes, to be chosen from when an integration is made.
    package var permissionSets: [PermissionSet]
    package let createdAt: Instant
    package var updatedAt: Instant
    package var revision: Int64

    /// Routes under a name: `labels`, `read customers`.
    package struct PermissionSet: Equatable, Sendable {
        package let name: String
        package let routes: [Route]
        /// A set.
        package init(name: String, routes: [Route]) {
            self.name = name
            self.routes = routes
        }
    }

    /// A provider from all its parts.
    package init(
        name: String, title: String, origins: [Origin], slot: CredentialSlot, allowedPrivateAddresses: [AddressRange],
        certificateAuthority: String?, permissionSets: [PermissionSet], createdAt: Instant, updatedAt: Instant,
        revision: Int64
    ) {
        self.name = name
        self.title = title
        self.origins = origins
        self.slot = slot
        self.allowedPrivateAddresses = allowedPrivateAddresses
        self.certificateAuthority = certificateAuthority
        self.permissionSets = permissionSets
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.revision = revision
    }

    /// Tells whether `text` can name a provider.
    package static func isName(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        guard (1...63).contains(bytes.count), bytes[0] != 0x2D else { return false }
        return bytes.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D }
    }
}

/// Where a provider's key stands in a request.
package enum CredentialSlot: Equatable, Sendable {
    /// A header field, `Authorization: Bearer …` as well as `X-API-Key: …`.
    case header(name: String, format: SlotFormat)
    /// HTTP Basic: the format makes `user:password`, with the value as either.
    case basic(format: SlotFormat)
    /// A query parameter. The value is percent-encoded.
    case query(name: String, format: SlotFormat)

    /// Tells whether `name` can be the field of a credential: a token, and not one that carries framing or routing.
    package static func isFieldName(_ name: String) -> Bool {
        guard (1...64).contains(name.utf8.count), name.utf8.allSatisfy(isTokenByte) else { return false }
        let refused = [
            "host", "connection", "content-length", "transfer-encoding", "te", "trailer", "upgrade", "keep-alive",
            "expect",
            "proxy-connection", "via",
        ]
        return !refused.contains(name.lowercased())
    }

    /// Tells whether `name` can be the query parameter of a credential: unreserved characters only.
    package static func isParameterName(_ name: String) -> Bool {
        (1...64).contains(name.utf8.count)
            && name.utf8.allSatisfy { byte in
                switch byte {
                case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E: true
                default: false
                }
            }
    }

    private static func isTokenByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x21, 0x23...0x27, 0x2A, 0x2B, 0x2D, 0x2E, 0x30...0x39, 0x41...0x5A, 0x5E...0x7A, 0x7C, 0x7E: true
        default: false
        }
    }
}

/// Text with one `{value}` in it: `Bearer {value}`, `api:{value}`, `{value}:`.
package struct SlotFormat: Equatable, Sendable {
    package let before: [UInt8]
    package let after: [UInt8]

    /// Reads a format; nil unless `{value}` stands in it exactly once and the rest is printable ASCII, 200 bytes at
    /// most.
    package init?(_ text: String) {
        let bytes = Array(text.utf8)
        let mark = Array("{value}".utf8)
        guard bytes.count <= 200, bytes.allSatisfy({ (0x20...0x7E).contains($0) }) else { return nil }
        let starts = (0..<max(0, bytes.count - mark.count + 1)).filter { Array(bytes[$0..<$0 + mark.count]) == mark }
        guard starts.count == 1, let start = starts.first else { return nil }
        before = Array(bytes[..<start])
        after = Array(bytes[(start + mark.count)...])
        guard !before.contains(0x7B), !after.contains(0x7B) else { return nil }
    }

    /// The format as it was written.
    package var text: String {
        String(decoding: before, as: UTF8.self) + "{value}" + String(decoding: after, as: UTF8.self)
    }
}
