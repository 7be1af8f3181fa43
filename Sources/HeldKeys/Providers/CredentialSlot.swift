// SPDX-License-Identifier: Apache-2.0

/// Where a provider's key stands in a request.
package enum CredentialSlot: Equatable, Sendable {
    /// A header field, `Authorization: Bearer …` as well as `X-API-Key: …`.
    case header(name: String, format: SlotFormat)
    /// HTTP Basic: the format makes `user:password`, with the value as either.
    case basic(format: SlotFormat)
    /// A query parameter. The value is percent-encoded.
    case query(name: String, format: SlotFormat)
    /// Segments in front of the path: `/bot{value}`. The value is percent-encoded.
    case path(format: SlotFormat)
    /// A member of a JSON object or a field of a form, whichever the body is.
    case body(name: String, format: SlotFormat)
    /// The signature of AWS, version 4.
    case awsSignature(AWSSignature)
    /// A keyed digest over parts of the request.
    case signature(MessageSignature)
    /// A token that the provider gives for id and secret; it goes into `Authorization: Bearer`.
    case clientCredentials(ClientCredentials)

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
