// SPDX-License-Identifier: Apache-2.0

import Wire

/// The Keep-Alive field, `timeout=5, max=100`: no standard any more (RFC 2068 section 19.7.1.1) and still what servers
/// with short patience say.
enum KeepAliveField {
    /// The seconds after `timeout=`; none if it is not there or not a number of at most five digits.
    static func timeout(in value: Wire.Slice, of bytes: Span<UInt8>) -> Int? {
        var rest = value
        while !rest.isEmpty, !bytes.startsIgnoringCase(rest, with: "timeout=") { rest.start += 1 }
        rest.start += "timeout=".utf8.count
        var seconds: Int?
        while rest.start < rest.end, case let digit = bytes[rest.start] &- UInt8(ascii: "0"), digit < 10 {
            seconds = (seconds ?? 0) * 10 + Int(digit)
            guard seconds ?? 0 < 100_000 else { return nil }
            rest.start += 1
        }
        return seconds
    }
}
