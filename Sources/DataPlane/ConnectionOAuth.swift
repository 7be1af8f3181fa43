// SPDX-License-Identifier: Apache-2.0
internal import NIOCore
internal import Wire

/// OAuth over this connection.
extension Connection {
    /// Answers a request that is whole, `total` bytes of which are still pending.
    func oauth(
        _ kind: OAuth.Kind, _ target: Target, _ message: ByteBuffer, _ body: Range<Int>, consuming total: Int
    ) -> Bool {
        let head = parser.request
        let bytes = message.readableBytesUInt8Span
        let address = OriginalCall.caller(head, bytes, peer: peer, trusting: state.trusted)
        let endpoint = OAuth(state: state, peer: peer, address: address, now: clocks.now)
        switch endpoint.answer(kind, head, bytes, body: bytes.extracting(body)) {
        case .work(let work): return pursue(target.route, consuming: total, work)
        case .answer(let answer):
            answer.write(into: &out, keepAlive: head.keepAlive)
            return finish(target.route, answer.status, consuming: total)
        }
    }

    /// Answers with a document.
    func show(_ document: WrittenAnswer) -> Bool {
        let message = pending
        let isHead = message.readableBytesUInt8Span.equals(parser.request.method, "HEAD")
        document.write(into: &out, keepAlive: parser.request.keepAlive, withBody: !isHead)
        return finish(.oauth, document.status)
    }
}
