// SPDX-License-Identifier: Apache-2.0
internal import HeldKeys
internal import NIOCore
internal import Wire

/// A provider's test call as an app would send it: the credential goes in as into any lent call.
struct TrialRequest {
    let draft: LendDraft

    /// Writes the call; nil where the settings do not fill its path.
    init?(_ test: ProviderTest, _ loan: Loan) {
        guard let target = test.path(loan.settings) else { return nil }
        var message = ByteBuffer(
            string: "\(test.method) \(target) HTTP/1.1\r\nHost: \(loan.origin.authority)\r\n"
                + "Accept-Encoding: identity\r\n")
        let given = test.fields.map { $0.name.lowercased() }
        if !given.contains("user-agent") { message.writeString("User-Agent: bitting\r\n") }
        if !given.contains("accept") { message.writeString("Accept: */*\r\n") }
        for field in test.fields { message.writeString("\(field.name): \(field.value)\r\n") }
        if let type = test.contentType { message.writeString("Content-Type: \(type)\r\n") }
        let body = test.body ?? ""
        if test.method == "POST" { message.writeString("Content-Length: \(body.utf8.count)\r\n") }
        message.writeString("\r\n")
        let head = message.readableBytes
        message.writeString(body)
        var parser = HeadParser()
        guard parser.parseRequest(message.readableBytesUInt8Span) == .complete else { return nil }
        draft = TrialRequest.draft(
            message, parser.request, body: test.method == "POST" ? head..<message.readableBytes : nil)
    }

    private static func draft(_ message: ByteBuffer, _ head: RequestHead, body: Range<Int>?) -> LendDraft {
        let target = head.target
        let mark = message.readableBytesUInt8Span.firstIndex(of: UInt8(ascii: "?"), in: target)
        return LendDraft(
            given: LendRequest.Given(head: head, message: message, body: body, peer: nil, entrance: nil),
            path: target.start..<(mark ?? target.end), canonical: nil, query: mark.map { ($0 + 1)..<target.end })
    }
}
