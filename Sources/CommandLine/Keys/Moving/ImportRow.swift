// SPDX-License-Identifier: Apache-2.0
internal import Wire

/// One key of a file that is moved here.
struct ImportRow: Sendable {
    /// What the API is sent of it.
    var members: [JSON.Member] = []
    /// The owner by its id in the systems outside; looked up before it is sent.
    var externalID: String?

    subscript(_ name: String) -> JSON? { members.first { $0.name == name }?.value }

    /// Sets a member where there is a value.
    mutating func set(_ name: String, _ value: JSON?) {
        guard let value else { return }
        members.removeAll { $0.name == name }
        members.append(JSON.Member(name: name, value: value))
    }
}

/// Why a row is not sent. Tells the rule, never what stands there: it may be a secret.
enum RowFault: Error, Equatable {
    /// It cannot be read.
    case unreadable(String)
    /// It need not be moved.
    case needless(String)
}

/// Rows of a file, one after another.
protocol ImportRows {
    /// The next row and the line where it begins; nil at the end.
    mutating func next(_ lines: inout TextLines) throws -> (line: Int, row: Result<ImportRow, RowFault>)?
}

/// One item of the API a line.
struct ItemRows: ImportRows {
    /// What a row's object means.
    var reading: @Sendable (JSON) throws(RowFault) -> ImportRow = { json throws(RowFault) in
        ImportRow(members: json.asObject ?? [])
    }

    mutating func next(_ lines: inout TextLines) throws -> (line: Int, row: Result<ImportRow, RowFault>)? {
        while let line = try lines.next() {
            guard line.contains(where: { $0 != 0x20 && $0 != 0x09 }) else { continue }
            return (
                lines.count,
                Result { () throws(RowFault) in
                    guard let json = try? JSON.parse(line), json.asObject != nil else {
                        throw .unreadable("The line is not a JSON object.")
                    }
                    return try reading(json)
                }
            )
        }
        return nil
    }
}
