// SPDX-License-Identifier: Apache-2.0
import Access
import HTTPTypes
import Secrets
import Shapes

/// The `Idempotency-Key` of a request (draft-ietf-httpapi-idempotency-key-header): 1 to 255 visible ASCII characters,
/// as they are or as the quoted string of a structured field (RFC 8941, 3.3.3); both name the same key.
enum IdempotencyKey {
    static let longest = 255

    /// The ticket of a request; nil when it has no key.
    static func ticket(
        _ fields: HTTPFields, _ method: HTTPRequest.Method, _ target: String, _ body: [UInt8]
    ) throws(ParameterFault) -> ReplayTicket? {
        let shown = fields[values: .idempotencyKey]
        guard let first = shown.first else { return nil }
        guard shown.count == 1, let key = read(Array(first.utf8)), (1...longest).contains(key.count),
            key.allSatisfy({ (0x21...0x7E).contains($0) })
        else {
            throw ParameterFault(
                "Idempotency-Key", "`Idempotency-Key` is not 1 to \(longest) visible ASCII characters, once.",
                fix: "Send a new UUID for each call, and the same one when you repeat the call.")
        }
        let asked = Array("\(method.rawValue)\n\(target)\n".utf8)
        return ReplayTicket(name: Digest(of: key.span), request: Digest(of: [asked, body]))
    }

    /// What stands in the quotes, if there are any; nil when they are not closed.
    private static func read(_ bytes: [UInt8]) -> [UInt8]? {
        guard bytes.first == UInt8(ascii: "\"") else { return bytes }
        var key: [UInt8] = []
        var rest = bytes.dropFirst()
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "\""): return rest.isEmpty ? key : nil
            case UInt8(ascii: "\\"):
                guard let escaped = rest.popFirst(), escaped == byte || escaped == UInt8(ascii: "\"") else {
                    return nil
                }
                key.append(escaped)
            default: key.append(byte)
            }
        }
        return nil
    }
}

extension HTTPField.Name {
    /// `Idempotency-Key`.
    static var idempotencyKey: HTTPField.Name { name("Idempotency-Key") }
    /// `Idempotency-Replayed`: `true` on an answer that was given before.
    static var idempotencyReplayed: HTTPField.Name { name("Idempotency-Replayed") }
}
