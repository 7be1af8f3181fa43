// SPDX-License-Identifier: Apache-2.0

/// The head of a response, as offsets into its bytes. The same care about copies as with `RequestHead`.
package struct ResponseHead: Sendable {
    /// Three digits: 100 to 999.
    package internal(set) var status = 0
    /// The reason phrase; may be empty.
    package internal(set) var reason = Slice()
    /// 0 or 1.
    package internal(set) var minorVersion = 1
    /// The fields in the order sent.
    package internal(set) var fields = FieldSection()
    /// Where the body ends. Responses without one (1xx, 204, 304, to HEAD) have `none` whatever their fields say.
    package internal(set) var framing = Framing.none
    /// Whether the connection may carry another request after this response.
    package internal(set) var keepAlive = true
    /// Length of the head, final empty line included: the body begins here.
    package internal(set) var byteCount = 0

    mutating func readLine(_ line: Slice, in bytes: Span<UInt8>) throws(HeadFault) {
        fields.removeAll()
        let version = Slice(start: line.start, end: min(line.start + 8, line.end))
        guard let minor = try bytes.minorVersion(version) else { throw .statusLineMalformed }
        guard line.count >= 13, bytes[line.start + 8] == .space, bytes[line.start + 12] == .space else {
            throw .statusLineMalformed
        }
        minorVersion = minor
        status = 0
        for index in line.start + 9..<line.start + 12 {
            guard bytes[index].isDigit else { throw .statusLineMalformed }
            status = status * 10 + Int(bytes[index] & 0x0f)
        }
        guard status >= 100 else { throw .statusLineMalformed }
        reason = Slice(start: line.start + 13, end: line.end)
    }

    mutating func close(byteCount: Int, answersHEAD: Bool, in bytes: Span<UInt8>) throws(HeadFault) {
        self.byteCount = byteCount
        let declared = try fields.declaredFraming(minorVersion: minorVersion, in: bytes)
        keepAlive = fields.keepsAlive(minorVersion: minorVersion, in: bytes)
        if status < 200 || status == 204 {
            framing = .none
            // RFC 9112, 6.1 forbids it here; some send it together with a body, so nothing behind it can be trusted.
            if declared == .chunked { keepAlive = false }
        } else if answersHEAD || status == 304 {
            framing = .none
        } else {
            framing = declared ?? .untilClose
            if framing == .untilClose { keepAlive = false }
        }
    }
}

extension Span where Element == UInt8 {
    /// The minor version of `HTTP/1.0` or `HTTP/1.1`; nil where it is not a version at all.
    func minorVersion(_ version: Slice) throws(HeadFault) -> Int? {
        guard version.count == 8, equals(Slice(start: version.start, end: version.start + 5), "HTTP/") else {
            return nil
        }
        let major = self[version.start + 5]
        let minor = self[version.start + 7]
        guard major.isDigit, self[version.start + 6] == 0x2e, minor.isDigit else { return nil }
        guard major == 0x31, minor <= 0x31 else { throw .versionUnsupported }
        return Int(minor & 0x0f)
    }
}
