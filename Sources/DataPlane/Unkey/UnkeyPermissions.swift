// SPDX-License-Identifier: Apache-2.0
internal import Access

/// Unkey's permissions and our scopes, one for the other, as the importer of keys does it: `documents.read` is
/// `documents:read`, and `admin` is `admin:*`.
enum UnkeyPermissions {
    /// A query of permissions as a query of scopes; nil when it cannot be read.
    static func query(_ permissions: [UInt8]) -> [UInt8]? {
        var query: [UInt8] = []
        var position = 0
        while position < permissions.count {
            let start = position
            while position < permissions.count, isNameByte(permissions[position]) { position += 1 }
            if position > start {
                appendWord(permissions[start..<position], to: &query)
                continue
            }
            switch permissions[position] {
            case UInt8(ascii: "("), UInt8(ascii: ")"): query.append(permissions[position])
            case 0x20, 0x09, 0x0A, 0x0D: query.append(0x20)
            default: return nil
            }
            position += 1
        }
        return ScopeQuery.isReadable(query) ? query : nil
    }

    /// Appends scopes, `a:b c:d`, as a list of permissions in JSON. Scopes need no escaping.
    static func forEach(in scopes: [UInt8], _ body: ([UInt8]) -> Void) {
        for scope in scopes.split(separator: 0x20) {
            body(scope.map { $0 == UInt8(ascii: ":") ? UInt8(ascii: ".") : $0 })
        }
    }

    /// The operators are read in any case, as Unkey does.
    private static func appendWord(_ word: ArraySlice<UInt8>, to query: inout [UInt8]) {
        let upper = word.map { (0x61...0x7A).contains($0) ? $0 - 0x20 : $0 }
        if upper == Array("AND".utf8) || upper == Array("OR".utf8) {
            query += upper
        } else if word.contains(UInt8(ascii: ":")) {
            query += word
        } else if let dot = word.lastIndex(of: UInt8(ascii: ".")) {
            query += word[..<dot] + [UInt8(ascii: ":")] + word[(dot + 1)...]
        } else {
            query += word + Array(":*".utf8)
        }
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x3A, 0x2A: true
        default: false
        }
    }
}
