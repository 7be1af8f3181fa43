// SPDX-License-Identifier: Apache-2.0

package import NIOCore
package import Wire

/// Who has an exchange under way: hears of it on its event loop, in this order, and nothing more after the end, a
/// failure or `cancel()`.
///
/// Calls may come from within `start`, `send` and `finishBody`.
package protocol ExchangeOwner: AnyObject {
    /// The connection stands and the head is written: a body may be sent. Ends with a flush of what it sends. Comes
    /// twice only where the request says that it may.
    func exchangeReady()

    /// The final answer begins; a 101 where a WebSocket was asked for, and then what follows is no content but the bytes
    /// of that protocol. The offsets of `head` are into `bytes`; take what you need before returning.
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
