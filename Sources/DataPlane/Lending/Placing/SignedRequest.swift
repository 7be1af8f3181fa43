// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import NIOCore
internal import Secrets
internal import Wire

/// What a signature is made over: a request as it will be sent.
struct SignedRequest {
    let head: RequestHead
    let message: ByteBuffer
    /// Path and query as they will be sent.
    let target: [UInt8]
    let body: ByteBuffer?
    let at: Instant

    init(_ head: RequestHead, _ message: ByteBuffer, target: [UInt8], body: ByteBuffer?, at: Instant) {
        self.head = head
        self.message = message
        self.target = target
        self.body = body
        self.at = at
    }

    var method: [UInt8] { message.readableBytesUInt8Span.copy(head.method) }
    var path: [UInt8] { Array(target.prefix { $0 != 0x3F }) }
    /// Without its question mark.
    var query: [UInt8] { Array(target.drop { $0 != 0x3F }.dropFirst()) }
    var bodyBytes: [UInt8] { body.map { Array($0.readableBytesView) } ?? [] }
    /// 64 hexadecimal digits.
    var bodyDigest: String { Digest(of: bodyBytes.span).hexadecimal }
}
