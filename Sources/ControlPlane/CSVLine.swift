// SPDX-License-Identifier: Apache-2.0

/// One line of a table as RFC 4180 has it, fit to be opened with a spreadsheet.
enum CSVLine {
    /// The cells, separated by commas, with CRLF behind them.
    static func bytes(_ cells: [String]) -> [UInt8] {
        Array(cells.map(cell).joined(separator: ",").utf8) + [0x0D, 0x0A]
    }

    /// A cell that a spreadsheet would take for a formula gets an apostrophe before it, which makes it text there.
    private static func cell(_ text: String) -> String {
        let isFormula = text.unicodeScalars.first.map { "=+-@".unicodeScalars.contains($0) || $0.value < 0x20 } ?? false
        let safe = isFormula ? "'" + text : text
        let needsQuotes = safe.unicodeScalars.contains { $0 == "," || $0 == "\"" || $0.value < 0x20 }
        guard needsQuotes else { return safe }
        return "\"" + safe.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
    }
}
