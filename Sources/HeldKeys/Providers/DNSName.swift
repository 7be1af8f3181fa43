// SPDX-License-Identifier: Apache-2.0

import Access

/// The grammar of host names (RFC 1123 section 2.1, with the underscore that private networks use).
enum DNSName {
    static func isValid(_ text: Substring) -> Bool {
        (1...253).contains(text.utf8.count)
            && text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy(isLabel)
    }

    private static func isLabel(_ label: Substring) -> Bool {
        (1...63).contains(label.utf8.count) && !label.hasPrefix("-") && !label.hasSuffix("-")
            && label.utf8.allSatisfy {
                isDigit($0) || isLower($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_")
            }
    }

    /// Whether resolvers and browsers would read it as an IPv4 address in some `inet_aton` form: the last label is
    /// a decimal, octal or hexadecimal number (the "ends in a number" check of the WHATWG URL standard, widened to
    /// everything that begins with `0x`). No top-level domain looks like this.
    static func endsInNumber(_ text: Substring) -> Bool {
        let last = text.split(separator: ".").last ?? text
        return last.hasPrefix("0x") || last.utf8.allSatisfy(isDigit)
    }

    static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
    private static func isLower(_ byte: UInt8) -> Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) }
}

extension Origin.Host {
    /// Reads a lower-case host as a URL writes it.
    init(parsing text: Substring) throws(OriginFault) {
        if text.hasPrefix("["), text.hasSuffix("]") {
            guard let address = IPAddress(text.dropFirst().dropLast()), text.contains(":") else { throw .host }
            self = .address(address)
        } else if let address = IPAddress(text), address.isV4 {
            self = .address(address)
        } else {
            guard !text.isEmpty else { throw .host }
            guard !DNSName.endsInNumber(text) else { throw .looseAddress }
            guard DNSName.isValid(text) else { throw .host }
            self = .name(String(text))
        }
    }
}
