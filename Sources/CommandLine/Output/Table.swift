// SPDX-License-Identifier: Apache-2.0

/// Rows under headings, columns aligned.
struct Table: Sendable {
    /// A heading and whether what stands under it may be cut where the screen is too narrow.
    struct Heading: Sendable {
        let title: String
        let mayBeCut: Bool
    }

    private static let gap = 2
    /// No column is cut below this.
    private static let narrowest = 8

    let headings: [Heading]
    let rows: [[String]]

    /// The lines, the headings first; cut to `width` columns if it is given and the columns allow it.
    func lines(width: Int?) -> [String] {
        let widths = fitted(naturalWidths, to: width)
        return ([headings.map(\.title)] + rows).map { Table.line($0, widths) }
    }

    private var naturalWidths: [Int] {
        headings.indices.map { column in
            rows.reduce(DisplayWidth.of(headings[column].title)) { max($0, DisplayWidth.of($1[column])) }
        }
    }

    /// Takes columns away from the widest that may be cut, one at a time, until all fit.
    private func fitted(_ widths: [Int], to width: Int?) -> [Int] {
        var widths = widths
        guard let width else { return widths }
        let available = width - Table.gap * (widths.count - 1)
        while widths.reduce(0, +) > available {
            let candidates = widths.indices.filter { headings[$0].mayBeCut && widths[$0] > Table.narrowest }
            guard let widest = candidates.max(by: { widths[$0] < widths[$1] }) else { break }
            widths[widest] -= 1
        }
        return widths
    }

    private static func line(_ cells: [String], _ widths: [Int]) -> String {
        let gap = String(repeating: " ", count: Table.gap)
        let line = zip(cells, widths)
            .map { DisplayWidth.pad(DisplayWidth.cut($0, to: $1), to: $1) }
            .joined(separator: gap)
        let end = line.lastIndex { $0 != " " }
        return end.map { String(line[...$0]) } ?? ""
    }
}
