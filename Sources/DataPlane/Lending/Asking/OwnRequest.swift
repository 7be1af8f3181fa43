// SPDX-License-Identifier: Apache-2.0
internal import HeldKeys
internal import NIOCore
internal import Wire

/// A call of our own, as an app would send it: the credential goes in as into any lent call.
struct OwnRequest {
    let draft: LendDraft

    /// A provider's test; nil where the settings do not fill its path.
    init?(_ test: ProviderTest, _ loan: Loan) {
        guard let target = test.path(loan.settings) else { return nil }
        var call = ProviderCall(method: test.method, target: target)
        (call.fields, call.contentType) = (test.fields, test.contentType)
        if test.method == "POST" { call.body = Array((test.body ?? "").utf8) }
        self.init(call, loan)
    }

    /// Any call; nil where it is none.
    init?(_ call: ProviderCall, _ loan: Loan) {
        var message = ByteBuffer(
            string: "\(call.method) \(call.target) HTTP/1.1\r\nHost: \(loan.origin.authority)\r\n"
                + "Accept-Encoding: identity\r\n")
        let given = call.fields.map { $0.name.lowercased() }
        if !given.contains("user-agent") { message.writeString("User-Agent: bitting\r\n") }
        if !given.contains("accept") { message.writeString("Accept: */*\r\n") }
        for field in call.fields { message.writeString("\(field.name): \(field.value)\r\n") }
        if let type = call.contentType { message.writeString("Content-Type: \(type)\r\n") }
        if let body = call.body { message.writeString("Content-Length: \(body.count)\r\n") }
        message.writeString("\r\n")
        let head = message.readableBytes
        message.writeBytes(call.body ?? [])
        var parser = HeadParser()
        guard parser.parseRequest(message.readableBytesUInt8Span) == .complete else { return nil }
        draft = Self.draft(message, parser.request, body: call.body == nil ? nil : head..<message.readableBytes)
    }

    private static func draft(_ message: ByteBuffer, _ head: RequestHead, body: Range<Int>?) -> LendDraft {
        let target = head.target
        let mark = message.readableBytesUInt8Span.firstIndex(of: UInt8(ascii: "?"), in: target)
        return LendDraft(
            given: LendRequest.Given(head: head, message: message, body: body, peer: nil, entrance: nil),
            path: target.start..<(mark ?? target.end), canonical: nil, query: mark.map { ($0 + 1)..<target.end })
    }
}
