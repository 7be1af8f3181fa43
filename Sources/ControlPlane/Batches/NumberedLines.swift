// SPDX-License-Identifier: Apache-2.0

/// Cuts what arrives in pieces into lines, counted from 1. Holds at most one line and one piece.
struct NumberedLines: Sendable {
    /// The longest line, without its end, in bytes.
    static let longest = 16 * 1024

    struct Line: Equatable, Sendable {
        let number: Int
        /// Without its line end; nil when it was too long to be kept.
        let text: [UInt8]?
    }

    private var partial: [UInt8] = []
    private var isTooLong = false
    private var count = 0

    /// The lines that end in these bytes. Empty ones are counted and left out.
    mutating func take(_ bytes: some Sequence<UInt8>) -> [Line] {
        var lines: [Line] = []
        for byte in bytes {
            if byte == 0x0A {
                if let line = endLine() { lines.append(line) }
            } else if partial.count < Self.longest {
                partial.append(byte)
            } else {
                isTooLong = isTooLong || byte != 0x0D
            }
        }
        return lines
    }

    /// What stands behind the last line end, if anything.
    mutating func end() -> Line? { partial.isEmpty ? nil : endLine() }

    private mutating func endLine() -> Line? {
        defer {
            partial.removeAll(keepingCapacity: true)
            isTooLong = false
        }
        count += 1
        if isTooLong { return Line(number: count, text: nil) }
        if partial.last == 0x0D { partial.removeLast() }
        return partial.allSatisfy { $0 == 0x20 || $0 == 0x09 } ? nil : Line(number: count, text: partial)
    }
}
