// SPDX-License-Identifier: Apache-2.0
import Access
import HTTPTypes
import Shapes

/// Takes the management key from a request and tells who calls.
struct Authentication: Sendable {
    let ports: ControlPorts

    /// The caller. Refused are: no key, two keys, and a key that is not accepted; they look the same.
    func caller(_ fields: HTTPFields, from peer: IPAddress?, at now: Instant) throws(Refusal) -> Caller {
        guard let text = Authentication.key(in: fields), let caller = ports.authenticate(text, peer, now) else {
            ports.refusedUnauthenticated(peer)
            throw .unauthenticated
        }
        return caller
    }

    /// The one key the request shows: `Authorization: Bearer`, once. The same key again in `X-API-Key` does no harm;
    /// another one does.
    private static func key(in fields: HTTPFields) -> [UInt8]? {
        let shown = fields[values: .authorization]
        guard shown.count == 1, let credentials = shown.first, let key = bearerToken(credentials) else { return nil }
        return fields[values: .apiKey].allSatisfy { Array($0.utf8) == key } ? key : nil
    }

    /// RFC 6750, 2.1: the scheme in any case, at least one space, then a token without spaces.
    private static func bearerToken(_ credentials: String) -> [UInt8]? {
        let bytes = Array(credentials.utf8)
        let scheme = Array("bearer ".utf8)
        guard bytes.count > scheme.count, zip(bytes, scheme).allSatisfy({ $0 == $1 || $0 | 0x20 == $1 }) else {
            return nil
        }
        let token = bytes.dropFirst(scheme.count).drop { $0 == 0x20 }
        guard (1...1024).contains(token.count), token.allSatisfy({ (0x21...0x7E).contains($0) }) else { return nil }
        return Array(token)
    }
}

extension HTTPField.Name {
    /// `X-API-Key`.
    static var apiKey: HTTPField.Name { name("X-API-Key") }

    /// A field name written in this program's source.
    static func name(_ text: StaticString) -> HTTPField.Name {
        guard let name = HTTPField.Name("\(text)") else { preconditionFailure("not a field name: \(text)") }
        return name
    }
}
