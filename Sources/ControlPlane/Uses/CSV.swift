// SPDX-License-Identifier: Apache-2.0

/// A table as RFC 4180 has it: a line of names, then lines of values, CRLF, quotes where they are needed.
struct CSV {
    private var bytes: [UInt8]

    /// A table with these columns.
    init(_ columns: String...) { bytes = CSVLine.bytes(columns) }

    /// Adds a line; nil is an empty value.
    mutating func add(_ values: [String?]) { bytes += CSVLine.bytes(values.map { $0 ?? "" }) }

    var answer: Answer { Answer("text/csv; charset=utf-8; header=present", bytes) }
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
