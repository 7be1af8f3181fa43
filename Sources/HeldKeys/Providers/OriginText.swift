// SPDX-License-Identifier: Apache-2.0

/// Why a text is not an `Origin`.
package enum OriginFault: Error, Equatable, Sendable {
    /// Not `http://` or `https://` at the front.
    case scheme
    /// `user@` or `user:password@`.
    case userInfo
    /// A path, query or fragment behind the host, the single `/` included.
    case path
    /// Not 1 to 65535 in plain decimal.
    case port
    /// Neither a DNS name in ASCII (IDN as punycode) nor an IPv4 or bracketed IPv6 literal.
    case host
    /// Looks like an address and is none in strict form: `2130706433`, `127.1`, `0x7f.0.0.1`, `0177.0.0.1`.
    case looseAddress
}

extension Origin {
    /// Reads `scheme://host[:port]` and nothing else.
    package init(parsing text: some StringProtocol) throws(OriginFault) {
        // Before lower-casing: U+212A, the Kelvin sign, has the lower case "k".
        guard text.utf8.allSatisfy({ (0x21...0x7e).contains($0) }) else { throw .host }
        let lower = text.lowercased()
        guard let mark = lower.firstRange(of: "://"), let scheme = Scheme(rawValue: String(lower[..<mark.lowerBound]))
        else { throw .scheme }
        let rest = lower[mark.upperBound...]
        guard !rest.contains("@") else { throw .userInfo }
        guard !rest.contains(where: { "/?#".contains($0) }) else { throw .path }
        let (host, port) = try Origin.split(rest)
        let name = try Host(parsing: host)
        var number: Int?
        if let port { number = try Origin.port(port) }
        self.init(scheme: scheme, host: name, port: number)
    }

    /// Reads `scheme://host[:port]` and nothing else.
    package init?(_ text: some StringProtocol) {
        guard let origin = try? Origin(parsing: text) else { return nil }
        self = origin
    }

    private static func split(_ text: Substring) throws(OriginFault) -> (host: Substring, port: Substring?) {
        let end: Substring.Index
        if text.hasPrefix("[") {
            guard let close = text.firstIndex(of: "]") else { throw .host }
            end = text.index(after: close)
        } else {
            end = text.firstIndex(of: ":") ?? text.endIndex
        }
        let tail = text[end...]
        guard tail.isEmpty || tail.hasPrefix(":") else { throw .host }
        return (text[..<end], tail.isEmpty ? nil : tail.dropFirst())
    }

    private static func port(_ text: Substring) throws(OriginFault) -> Int {
        guard (1...5).contains(text.utf8.count), text.utf8.allSatisfy(DNSName.isDigit), text.first != "0",
            let port = Int(text), port <= 65535
        else { throw .port }
        return port
    }
}
