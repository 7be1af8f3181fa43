// SPDX-License-Identifier: Apache-2.0

package import Wire

/// The fields by which two sides agree to go over to WebSocket (RFC 6455 section 4). No other protocol is ever gone
/// over to: HTTP/2 in clear text, for one, would carry calls that nobody decided on.
package enum WebSocketFields {
    /// The lines that say so on one hop, in a request as well as in the answer.
    package static let lines: StaticString = "Connection: Upgrade\r\nUpgrade: websocket\r\n"

    /// Whether a request asks for it.
    package static func areAsked(_ head: borrowing RequestHead, in bytes: Span<UInt8>) -> Bool {
        head.fields.contains(.upgrade) && head.minorVersion == 1 && head.framing == .none
            && bytes.equals(head.method, "GET") && areThere(head.fields, in: bytes)
    }

    /// Whether an answer with status 101 grants it.
    static func areGranted(_ head: borrowing ResponseHead, in bytes: Span<UInt8>) -> Bool {
        areThere(head.fields, in: bytes)
    }

    private static func areThere(_ fields: FieldSection, in bytes: Span<UInt8>) -> Bool {
        guard fields.count(of: .upgrade) == 1, let field = fields.first(.upgrade) else { return false }
        return bytes.equalsIgnoringCase(field.value, "websocket") && fields.hasConnectionOption("upgrade", in: bytes)
    }
}
