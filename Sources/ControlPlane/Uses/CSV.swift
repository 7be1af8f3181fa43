// SPDX-License-Identifier: Apache-2.0

/// A table as RFC 4180 has it: a line of names, then lines of values, CRLF, quotes where they are needed.
struct CSV {
    private var text = ""

    /// A table with these columns.
    init(_ columns: String...) { line(columns) }

    /// Adds a line; nil is an empty value.
    mutating func add(_ values: [String?]) { line(values.map { $0 ?? "" }) }

    private mutating func line(_ values: [String]) {
        text += values.map(CSV.value).joined(separator: ",") + "\r\n"
    }

    /// Programs that show tables run what starts like a formula; an apostrophe before it makes it a text.
    private static func value(_ text: String) -> String {
        let isFormula = ["=", "+", "-", "@", "\t", "\r"].contains { text.hasPrefix($0) }
        let plain = isFormula ? "'" + text : text
        guard plain.contains(where: { $0 == "," || $0 == "\"" || $0.isNewline }) else { return plain }
        return "\"" + plain.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
    }

    var answer: Answer { Answer("text/csv; charset=utf-8; header=present", Array(text.utf8)) }
}

extension Call {
    /// Whether the caller wants a table: `?format=csv`, or `Accept: text/csv` named outright.
    func wantsCSV() throws -> Bool {
        if let format = try query.value("format", "`json` or `csv`", { ["json", "csv"].contains($0) ? $0 : nil }) {
            return format == "csv"
        }
        return accept.contains { $0.lowercased().contains("text/csv") }
    }
}
