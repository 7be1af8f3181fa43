// SPDX-License-Identifier: Apache-2.0

package import NIOCore
package import Wire

/// Who has an exchange under way: hears of it on its event loop, in this order, and nothing more after the end, a
/// failure or `cancel()`.
///
/// Calls may come from within `start`, `send` and `finishBody`.
package protocol ExchangeOwner: AnyObject {
    /// The connection stands and the head is written: a body may be sent. Ends with a flush of what it sends.
    func exchangeReady()

    /// The final answer begins. The offsets of `head` are into `bytes`; take what you need before returning.
    func received(head: ResponseHead, bytes: ByteBuffer)

    /// A piece of the answer's content, its framing taken off. It shares storage with what was read.
    func received(body: ByteBuffer)

    /// All that has arrived so far was handed on and the answer goes on: the moment to flush.
    func receivedSoFar()

    /// The answer is whole.
    func receivedEnd()

    /// There will be no (complete) answer. If a head was handed on, what follows it is cut short.
    func failed(_ failure: EgressFailure)

    /// Whether the upstream takes more of the body: stop sending on false.
    func writabilityChanged(_ isWritable: Bool)
}

/// A request, ready to be sent.
package struct OutgoingRequest {
    /// The whole head, final empty line included, with the credential in it. Kept until it is written; for a request
    /// that may be repeated, until the first byte of the answer.
    package var head: ByteBuffer
    /// The method is HEAD: the answer has no body.
    package var isHead: Bool
    /// Sending it twice does what sending it once does (RFC 9110 section 9.2.2).
    package var isIdempotent: Bool
    package var body: RequestBody

    package init(head: ByteBuffer, isHead: Bool, isIdempotent: Bool, body: RequestBody) {
        self.head = head
        self.isHead = isHead
        self.isIdempotent = isIdempotent
        self.body = body
    }
}
