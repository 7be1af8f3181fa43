// SPDX-License-Identifier: Apache-2.0

/// Where a listener is: scheme, host, port and perhaps a path before `/v1`. No user, query or fragment.
struct BaseURL: Sendable, CustomStringConvertible {
    /// Without a slash at its end.
    let description: String

    /// Reads an `http`, `https` or `http+unix` URL. The text is not shown if it is refused: somebody may have put a password there.
    init(_ text: String) throws(BittingError) {
        let schemes = ["http://", "https://", BaseURL.socketScheme]
        guard let scheme = schemes.first(where: text.hasPrefix) else { throw BaseURL.fault }
        let rest = text.dropFirst(scheme.count)
        guard let first = rest.utf8.first, first != 0x2f, first != 0x3a,
            rest.utf8.allSatisfy({ BaseURL.mayStand($0) || ($0 == 0x25 && scheme == BaseURL.socketScheme) })
        else { throw BaseURL.fault }
        description = scheme + BaseURL.withoutSlashes(rest)
    }

    /// Where a Unix socket lies, relative to the working directory unless it begins with a slash.
    init(socket path: String) throws(BittingError) {
        guard (1...107).contains(path.utf8.count), !path.utf8.contains(0) else {
            throw BittingError(
                code: "invalid_url", title: "Not a Unix socket",
                detail: "The path of a socket holds 1 to 107 bytes.", fix: "Write it like /run/bitting/data.sock.")
        }
        description = BaseURL.socketScheme + PercentEncoding.encode(path)
    }

    /// Whether it leads to a socket; then its host names no machine.
    var isSocket: Bool { description.hasPrefix(BaseURL.socketScheme) }

    /// Its host is the percent-encoded path of a socket.
    private static let socketScheme = "http+unix://"

    /// The URL of a resource below.
    func appending(_ path: [String], query: [(name: String, value: String)]) throws(BittingError) -> String {
        var url = description
        for segment in path {
            // Not even percent-encoded do these survive every URL library on the way.
            guard !segment.isEmpty, segment != ".", segment != ".." else {
                throw BittingError(
                    code: "invalid_path", title: "Not a path",
                    detail: "A name or id in the path is empty or only dots.",
                    fix: "Give the id or name of what you mean.")
            }
            url += "/" + PercentEncoding.encode(segment)
        }
        let parameters = query.map { PercentEncoding.encode($0.name) + "=" + PercentEncoding.encode($0.value) }
        return parameters.isEmpty ? url : url + "?" + parameters.joined(separator: "&")
    }

    private static func withoutSlashes(_ text: Substring) -> Substring {
        var text = text
        while text.hasSuffix("/") { text.removeLast() }
        return text
    }

    /// Visible ASCII, and neither `@` (a user), `?`, `#`, `%`, `\` nor quotes.
    private static func mayStand(_ byte: UInt8) -> Bool {
        guard (0x21...0x7e).contains(byte) else { return false }
        return !"@?#%\\\"<>^`{|}".utf8.contains(byte)
    }

    private static let fault = BittingError(
        code: "invalid_url", title: "Not an address that can be called",
        detail:
            "It must be http:// or https://, a host and perhaps a port and a path, or http+unix:// and the "
            + "percent-encoded path of a socket; no user, no query.",
        fix: "Write it like http://127.0.0.1:7101 or http+unix://%2Frun%2Fbitting%2Fdata.sock.")
}

/// Percent-encoding (RFC 3986, 2.1) of everything but unreserved characters.
enum PercentEncoding {
    private static let digits = Array("0123456789ABCDEF".utf8)

    static func encode(_ text: String) -> String {
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            if isUnreserved(byte) {
                bytes.append(byte)
            } else {
                bytes += [0x25, digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, 0x2d, 0x2e, 0x5f, 0x7e: true
        default: false
        }
    }
}
