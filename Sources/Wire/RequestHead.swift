// SPDX-License-Identifier: Apache-2.0

/// The head of a request, as offsets into its bytes.
///
/// Read it through the parser that made it. A copy that lives on when the parser reads the next head costs that parser
/// a new array.
package struct RequestHead: Sendable {
    /// The method, a token of at most 32 bytes; case matters.
    package internal(set) var method = Slice()
    /// The target as sent: at least one byte, visible ASCII only. Its form (RFC 9112, 3.2) is the reader's to check.
    package internal(set) var target = Slice()
    /// 0 or 1.
    package internal(set) var minorVersion = 1
    /// The fields in the order sent.
    package internal(set) var fields = FieldSection()
    /// Where the body ends: `none`, `length` or `chunked`.
    package internal(set) var framing = Framing.none
    /// Whether the client lets the connection live on after the answer.
    package internal(set) var keepAlive = true
    /// Whether the client waits for `100 Continue` before it sends the body.
    package internal(set) var expectsContinue = false
    /// Length of the head, final empty line included: the body begins here.
    package internal(set) var byteCount = 0

    mutating func readLine(_ line: Slice, in bytes: Span<UInt8>) throws(HeadFault) {
        fields.removeAll()
        method = try Self.method(line, in: bytes)
        target = try Self.target(Slice(start: method.end + 1, end: line.end), in: bytes)
        guard target.end < line.end else { throw .requestLineMalformed }
        let version = Slice(start: target.end + 1, end: line.end)
        guard let minor = try bytes.minorVersion(version) else { throw .requestLineMalformed }
        minorVersion = minor
    }

    private static func method(_ line: Slice, in bytes: Span<UInt8>) throws(HeadFault) -> Slice {
        var end = line.start
        while end < line.end, bytes[end].isToken { end += 1 }
        guard end < line.end, end > line.start else { throw .requestLineMalformed }
        guard bytes[end] == .space else { throw .methodMalformed }
        guard end - line.start <= HeadParser.methodLimit else { throw .methodTooLong }
        return Slice(start: line.start, end: end)
    }

    private static func target(_ rest: Slice, in bytes: Span<UInt8>) throws(HeadFault) -> Slice {
        var end = rest.start
        while end < rest.end, bytes[end].isVisible { end += 1 }
        guard end > rest.start || end == rest.end || bytes[end] != .space else { throw .requestLineMalformed }
        guard end == rest.end || bytes[end] == .space else { throw .targetMalformed }
        guard end - rest.start <= HeadParser.targetLimit else { throw .targetTooLong }
        return Slice(start: rest.start, end: end)
    }

    mutating func close(byteCount: Int, in bytes: Span<UInt8>) throws(HeadFault) {
        self.byteCount = byteCount
        framing = try fields.declaredFraming(minorVersion: minorVersion, in: bytes) ?? .none
        keepAlive = fields.keepsAlive(minorVersion: minorVersion, in: bytes)
        try checkHost(in: bytes)
        expectsContinue = false
        if minorVersion == 1, let expect = fields.first(.expect) {
            expectsContinue = bytes.equalsIgnoringCase(expect.value, "100-continue")
        }
    }

    /// RFC 9112, 3.2: one Host, and none missing in HTTP/1.1. An empty one is allowed.
    private func checkHost(in bytes: Span<UInt8>) throws(HeadFault) {
        guard let host = fields.first(.host) else {
            if minorVersion == 1 { throw .hostMissing }
            return
        }
        guard fields.count(of: .host) == 1 else { throw .hostRepeated }
        for index in host.value.start..<host.value.end where !bytes[index].isHost { throw .hostMalformed }
    }
}
