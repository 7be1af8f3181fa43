// SPDX-License-Identifier: Apache-2.0

package import NIOCore
package import Wire

/// A request, ready to be sent.
package struct OutgoingRequest {
    /// The whole head, final empty line included, with the credential in it. Kept until it is written; for a request
    /// that may be repeated, until the first byte of the answer.
    package var head: ByteBuffer
    /// The method is HEAD: the answer has no body.
    package var isHead: Bool
    /// Sending it twice does what sending it once does (RFC 9110 section 9.2.2).
    package var isIdempotent: Bool
    /// How the head says that the body is framed.
    package var body: RequestBody
    /// The owner sends the same body whenever `exchangeReady` comes, and it may come twice.
    package var givesBodyAgain = false
    /// The head asks for a WebSocket: only then is a 101 an answer, after which bytes pass both ways as they are.
    package var asksWebSocket = false

    /// A request from its parts, which must agree with what stands in `head`.
    package init(head: ByteBuffer, isHead: Bool, isIdempotent: Bool, body: RequestBody) {
        self.head = head
        self.isHead = isHead
        self.isIdempotent = isIdempotent
        self.body = body
    }
}

extension OutgoingRequest {
    /// Whether a method may be sent twice (RFC 9110 section 9.2.2). Methods are case-sensitive.
    package static func isIdempotent(_ method: Wire.Slice, in bytes: Span<UInt8>) -> Bool {
        bytes.equals(method, "GET") || bytes.equals(method, "HEAD") || bytes.equals(method, "PUT")
            || bytes.equals(method, "DELETE") || bytes.equals(method, "OPTIONS") || bytes.equals(method, "TRACE")
    }
}

/// A buffer prints its bytes, and these hold a credential.
extension OutgoingRequest: CustomStringConvertible, CustomReflectable {
    /// How long the head is, not what is in it.
    package var description: String { "OutgoingRequest(\(head.readableBytes) bytes, body: \(body))" }
    /// No children.
    package var customMirror: Mirror { Mirror(self, children: []) }
}
