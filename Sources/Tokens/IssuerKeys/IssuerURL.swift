// SPDX-License-Identifier: Apache-2.0

/// The addresses that issuers and their keys have: `https`, a host, perhaps a port and a path; no user, query or
/// fragment. Plain `http` only to this very machine, by address.
package enum IssuerURL {
    /// The most bytes.
    package static let longest = 512

    /// Whether the text is such an address. Whether its host is well formed and may be reached is for those who dial.
    package static func isGood(_ text: String, withQuery: Bool = false) -> Bool {
        guard text.utf8.count <= longest, text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }),
            let mark = text.firstRange(of: "://")
        else { return false }
        let scheme = text[..<mark.lowerBound]
        let rest = text[mark.upperBound...]
        let end = rest.firstIndex { "/?#".contains($0) } ?? rest.endIndex
        let (authority, path) = (rest[..<end], rest[end...])
        guard !authority.isEmpty, !authority.contains("@"), !path.contains("#"), withQuery || !path.contains("?") else {
            return false
        }
        return scheme == "https" || scheme == "http" && isThisMachine(authority)
    }

    private static func isThisMachine(_ authority: Substring) -> Bool {
        authority == "[::1]" || authority.hasPrefix("[::1]:") || isLoopback(authority.prefix { $0 != ":" })
    }

    private static func isLoopback(_ host: Substring) -> Bool {
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
    }

    /// Where an issuer says what it is (OpenID Connect Discovery 1.0, section 4.1).
    static func discovery(of issuer: String) -> String {
        (issuer.hasSuffix("/") ? String(issuer.dropLast()) : issuer) + "/.well-known/openid-configuration"
    }
}
