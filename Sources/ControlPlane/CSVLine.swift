// SPDX-License-Identifier: Apache-2.0

/// One line of a table as RFC 4180 has it, fit to be opened with a spreadsheet.
enum CSVLine {
    /// The cells, separated by commas, with CRLF behind them.
    static func bytes(_ cells: [String]) -> [UInt8] {
        var line: [UInt8] = []
        for (position, cell) in cells.enumerated() {
            if position > 0 { line.append(UInt8(ascii: ",")) }
            write(Array(cell.utf8), into: &line)
        }
        return line + [0x0D, 0x0A]
    }

    /// A cell that a spreadsheet would take for a formula gets an apostrophe before it, which makes it text there.
    /// Bytes are looked at, not characters: a quote with an accent upon it is still a quote.
    private static func write(_ cell: [UInt8], into line: inout [UInt8]) {
        let isFormula = cell.first.map { "=+-@".utf8.contains($0) || $0 < 0x20 } ?? false
        let needsQuotes = cell.contains { $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: "\"") || $0 < 0x20 }
        if needsQuotes { line.append(UInt8(ascii: "\"")) }
        if isFormula { line.append(UInt8(ascii: "'")) }
        for byte in cell {
            if byte == UInt8(ascii: "\"") { line.append(byte) }
            line.append(byte)
        }
        if needsQuotes { line.append(UInt8(ascii: "\"")) }
    }
}
