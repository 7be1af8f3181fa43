// SPDX-License-Identifier: Apache-2.0

/// How the end of a message's body is found (RFC 9112, 6.3).
@usableFromInline
package enum Framing: Sendable, Equatable {
    /// There is no body.
    case none
    /// This many bytes; 0 where the message says so itself.
    case length(Int)
    /// The chunked transfer coding.
    case chunked
    /// Everything until the other side closes; responses only.
    case untilClose
}

extension FieldSection {
    /// What Content-Length or Transfer-Encoding declare, or nil where neither is there.
    ///
    /// Stricter than RFC 9112, 6.3, on purpose: what two programs could read differently is refused, not chosen from.
    func declaredFraming(minorVersion: Int, in bytes: Span<UInt8>) throws(HeadFault) -> Framing? {
        switch (contains(.contentLength), contains(.transferEncoding)) {
        case (false, false): return nil
        case (true, true): throw .lengthAndTransferEncoding
        case (true, false): return .length(try contentLength(in: bytes))
        case (false, true):
            guard minorVersion == 1 else { throw .transferEncodingInHTTP10 }
            guard count(of: .transferEncoding) == 1, let field = first(.transferEncoding) else {
                throw .transferEncodingRepeated
            }
            guard bytes.equalsIgnoringCase(field.value, "chunked") else { throw .transferEncodingUnsupported }
            return .chunked
        }
    }

    private func contentLength(in bytes: Span<UInt8>) throws(HeadFault) -> Int {
        guard count(of: .contentLength) == 1, let digits = first(.contentLength)?.value else {
            throw .contentLengthRepeated
        }
        guard !digits.isEmpty else { throw .contentLengthMalformed }
        var length = 0
        for index in digits.start..<digits.end {
            guard bytes[index].isDigit else { throw .contentLengthMalformed }
            length = length * 10 + Int(bytes[index] & 0x0f)
            guard length <= 1 << 53 else { throw .contentLengthMalformed }
        }
        return length
    }

    /// Whether the sender lets the connection live on after this message (RFC 9112, 9.3).
    func keepsAlive(minorVersion: Int, in bytes: Span<UInt8>) -> Bool {
        if hasConnectionOption("close", in: bytes) { return false }
        return minorVersion == 1 || hasConnectionOption("keep-alive", in: bytes)
    }
}
