// SPDX-License-Identifier: Apache-2.0

internal import Access
package import NIOCore
import Wire

/// One POST, ready to be sent.
package struct Post: Sendable {
    let destination: Destination
    let head: ByteBuffer
    let body: ByteBuffer

    /// A POST of a body with these fields beside those that every request has. `keepAlive`: whether the connection may
    /// serve another one.
    package init(
        to target: PostTarget, fields: [(name: String, value: String)], body: ByteBuffer, keepAlive: Bool
    ) {
        destination = target.destination
        self.body = body
        var head = ByteBuffer(string: "POST \(target.path) HTTP/1.1\r\n")
        head.writeImmutableBuffer(destination.hostLine)
        for (name, value) in fields { head.writeString("\(name): \(value)\r\n") }
        head.writeString("Content-Length: \(body.readableBytes)\r\nUser-Agent: bitting\r\n")
        head.writeString(keepAlive ? "\r\n" : "Connection: close\r\n\r\n")
        self.head = head
    }

    /// Posts carry an id, or nothing that it would matter to get twice.
    var request: OutgoingRequest {
        var request = OutgoingRequest(
            head: head, isHead: false, isIdempotent: true, body: .length(body.readableBytes))
        request.givesBodyAgain = true
        return request
    }
}

/// How a POST was answered: of the answer nothing else is kept.
package struct PostAnswer: Equatable, Sendable {
    package let status: Int
    /// `Retry-After` (RFC 9110, 10.2.3), where it is a number of seconds.
    package let retryAfter: Int64?

    init(status: Int, retryAfter: Int64?) {
        self.status = status
        self.retryAfter = retryAfter
    }

    init(_ head: ResponseHead, in bytes: ByteBuffer) {
        status = head.status
        let span = bytes.readableBytesUInt8Span
        let text = head.fields.first(.retryAfter).map { span.text($0.value) } ?? ""
        let isNumber = (1...9).contains(text.utf8.count) && text.utf8.allSatisfy { (0x30...0x39).contains($0) }
        retryAfter = isNumber ? Int64(text) : nil
    }
}
