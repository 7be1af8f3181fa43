// SPDX-License-Identifier: Apache-2.0

/// A number in a JSON text, checked against the grammar (RFC 8259, 6) but not yet read.
@usableFromInline
package struct JSONNumber: Sendable, Equatable {
    /// The number as written.
    @usableFromInline package let slice: Slice
    /// Whether it has neither fraction nor exponent.
    @usableFromInline package let isInteger: Bool

    /// The number as an integer; nil if it is not written as one, does not fit, or is `-0`, which no integer can say.
    package func integer(in bytes: Span<UInt8>) -> Int64? {
        guard isInteger else { return nil }
        let isNegative = bytes[slice.start] == 0x2d
        var value: Int64 = 0
        for index in (isNegative ? slice.start + 1 : slice.start)..<slice.end {
            let digit = Int64(bytes[index] & 0x0f)
            let (tenfold, overflow) = value.multipliedReportingOverflow(by: 10)
            // Counting downwards for negative numbers reaches the smallest Int64, whose opposite does not exist.
            let (next, over) =
                isNegative ? tenfold.subtractingReportingOverflow(digit) : tenfold.addingReportingOverflow(digit)
            guard !overflow, !over else { return nil }
            value = next
        }
        return isNegative && value == 0 ? nil : value
    }

    /// The nearest Double, or nil if it is beyond the largest. Allocates.
    package func double(in bytes: Span<UInt8>) -> Double? {
        guard let value = Double(bytes.text(slice)), value.isFinite else { return nil }
        return value
    }
}
