// SPDX-License-Identifier: Apache-2.0
package import Access

/// Scheme, host and port: the only kind of place a held key may go (RFC 6454). Written `https://api.example` or `https://api.example:8443`.
package struct Origin: Hashable, Sendable, CustomStringConvertible {
    /// The two schemes.
    package enum Scheme: String, Sendable { case http, https }

    package let scheme: Scheme
    /// Lower case; an IPv6 literal without its brackets.
    package let host: String
    package let port: Int
    /// The host as an address, if it is one.
    package let address: IPAddress?

    /// Reads an origin: no user, path, query or fragment; a name in ASCII (internationalised names in punycode), or a strict address literal.
    ///
    /// A name that a lenient parser could read as an address (`2130706433`, `0x7f.1`, `127.1`) is refused.
    package init?(_ text: String) {
        let lower = text.lowercased()
        guard lower.utf8.count <= 300, lower.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else { return nil }
        let rest: Substring
        if lower.hasPrefix("https://") {
            scheme = .https
            rest = lower.dropFirst(8)
        } else if lower.hasPrefix("http://") {
            scheme = .http
            rest = lower.dropFirst(7)
        } else {
            return nil
        }
        guard let (host, port) = Origin.authority(rest, scheme == .https ? 443 : 80) else { return nil }
        self.port = port
        if host.hasPrefix("[") {
            guard host.hasSuffix("]"), let literal = IPAddress(host.dropFirst().dropLast()) else { return nil }
            address = literal
            self.host = String(host.dropFirst().dropLast())
        } else {
            address = IPAddress(host)
            guard !host.contains(":"), address != nil || Origin.isName(host) else { return nil }
            self.host = String(host)
        }
    }

    private static func authority(_ text: Substring, _ standard: Int) -> (Substring, Int)? {
        guard let colon = text.lastIndex(of: ":"), !text.hasSuffix("]") else { return (text, standard) }
        let digits = text[text.index(after: colon)...]
        guard (1...5).contains(digits.count), digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let port = Int(digits), (1...65_535).contains(port)
        else { return nil }
        return (text[..<colon], port)
    }

    private static func isName(_ text: Substring) -> Bool {
        let labels = text.split(separator: ".", omittingEmptySubsequences: false)
        guard (1...253).contains(text.utf8.count), let last = labels.last else { return false }
        let isNumber = last.utf8.allSatisfy { (0x30...0x39).contains($0) } || last.hasPrefix("0x")
        return !isNumber
            && labels.allSatisfy { label in
                (1...63).contains(label.utf8.count) && !label.hasPrefix("-") && !label.hasSuffix("-")
                    && label.utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D || $0 == 0x5F }
            }
    }

    private var isStandardPort: Bool { port == (scheme == .https ? 443 : 80) }
    private var bracketedHost: String { host.contains(":") ? "[\(host)]" : host }

    /// What stands in the `Host` field: the port only where it is not the scheme's own.
    package var authority: String { isStandardPort ? bracketedHost : "\(bracketedHost):\(port)" }

    package var description: String { "\(scheme.rawValue)://\(authority)" }
}
