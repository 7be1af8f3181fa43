// SPDX-License-Identifier: Apache-2.0
internal import Wire

/// A table with a head line (RFC 4180). Its columns are the API's fields; others are named with `--column`.
struct CSVRows: ImportRows {
    /// Theirs to ours; to nothing for a column that is left out.
    let renamed: [String: String]
    private var columns: [String]?

    private static let fields = [
        "keyspace", "owner", "external_id", "name", "scopes", "secret", "digest", "hint", "state", "expires_at",
        "not_before", "created_at", "metadata",
    ]

    init(renamed: [String: String]) { self.renamed = renamed }

    mutating func next(_ lines: inout TextLines) throws -> (line: Int, row: Result<ImportRow, RowFault>)? {
        if columns == nil {
            guard let head = try record(&lines) else { return nil }
            columns = try named(try head.cells.get())
        }
        guard let columns, let (line, cells) = try record(&lines) else { return nil }
        return (line, cells.flatMap { cells in Result { () throws(RowFault) in try Self.row(columns, cells) } })
    }

    /// A record may go on over several lines, where a quoted cell does.
    private func record(
        _ lines: inout TextLines
    ) throws(CommandFailure) -> (line: Int, cells: Result<[String], RowFault>)? {
        guard var text = try lines.next() else { return nil }
        let first = lines.count
        while text.count(where: { $0 == UInt8(ascii: "\"") }) % 2 == 1, let more = try lines.next() {
            text += [0x0A] + more
        }
        if text.isEmpty { return try record(&lines) }
        return (first, Result { () throws(RowFault) in try CSVCells.read(text) })
    }

    private func named(_ head: [String]) throws(CommandFailure) -> [String] {
        var names: [String] = []
        for column in head {
            let name = renamed[column] ?? column
            let isKnown = name.isEmpty || Self.fields.contains(name) || name.hasPrefix("metadata.")
            guard isKnown, name.isEmpty || !names.contains(name) else {
                throw CommandFailure(
                    "The table's column \(PlainText.line(column)) is not known here, or stands twice.",
                    fix: "Say with --column theirs=ours what it is (--column theirs= leaves it out). "
                        + "Known are: \(Self.fields.joined(separator: ", ")), metadata.….")
            }
            names.append(name)
        }
        return names
    }

    private static func row(_ columns: [String], _ cells: [String]) throws(RowFault) -> ImportRow {
        guard cells.count == columns.count else {
            throw .unreadable("The line has \(cells.count) cells, the head line \(columns.count).")
        }
        var row = ImportRow()
        var metadata: [JSON.Member] = []
        for (name, cell) in zip(columns, cells) where !name.isEmpty && !cell.isEmpty {
            if name.hasPrefix("metadata.") {
                metadata.append(JSON.Member(name: String(name.dropFirst("metadata.".count)), value: .string(cell)))
            } else {
                try read(name, cell, into: &row, &metadata)
            }
        }
        row.set("metadata", metadata.unlessEmpty { .object($0) })
        return row
    }

    private static func read(
        _ name: String, _ cell: String, into row: inout ImportRow, _ metadata: inout [JSON.Member]
    ) throws(RowFault) {
        switch name {
        case "external_id": row.externalID = cell
        case "owner": row.set("owner", try RowText.owner(cell))
        case "scopes": row.set("scopes", .texts(cell.split { $0 == " " || $0 == "," }))
        case "digest": row.set("digest", .string(RowText.digest(cell)))
        case "metadata":
            guard let members = (try? JSON.parse(cell))?.asObject else {
                throw .unreadable("metadata is not a JSON object.")
            }
            metadata += members
        default: row.set(name, .string(cell))
        }
    }
}

/// The cells of one record.
enum CSVCells {
    static func read(_ text: [UInt8]) throws(RowFault) -> [String] {
        var cells: [String] = []
        var rest = text[...]
        repeat {
            let cell = rest.first == UInt8(ascii: "\"") ? try quoted(&rest) : plain(&rest)
            guard let cell = String(validating: cell, as: UTF8.self) else { throw .unreadable("A cell is not UTF-8.") }
            cells.append(cell)
        } while rest.popFirst() != nil
        return cells
    }

    private static func plain(_ rest: inout ArraySlice<UInt8>) -> [UInt8] {
        let end = rest.firstIndex(of: UInt8(ascii: ",")) ?? rest.endIndex
        defer { rest = rest[end...] }
        return Array(rest[..<end])
    }

    private static func quoted(_ rest: inout ArraySlice<UInt8>) throws(RowFault) -> [UInt8] {
        rest.removeFirst()
        var cell: [UInt8] = []
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "\"") else {
                cell.append(byte)
                continue
            }
            guard rest.first == byte else {
                guard rest.isEmpty || rest.first == UInt8(ascii: ",") else { break }
                return cell
            }
            cell.append(rest.removeFirst())
        }
        throw .unreadable("A quoted cell is not closed before its comma.")
    }
}
