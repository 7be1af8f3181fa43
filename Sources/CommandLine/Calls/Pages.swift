// SPDX-License-Identifier: Apache-2.0
internal import ArgumentParser
internal import Wire

/// How much of a list.
struct Pages: ParsableArguments {
    @Option(help: ArgumentHelp("At most so many items, 1 to 200.", valueName: "count"))
    var limit: Int = 50

    @Option(help: ArgumentHelp("Go on behind an earlier page.", valueName: "cursor"))
    var cursor: String?

    @Flag(help: "Every page, not only the first.")
    var all = false

    func validate() throws {
        guard (1...200).contains(limit) else { throw ValidationError("--limit must be from 1 to 200.") }
    }
}

extension ManagementDesk {
    /// One page, or all of them, and the cursor of what was not asked for.
    func list(
        _ path: [String], filters: [(name: String, value: String)], pages: Pages
    ) async throws -> (items: [JSON], nextCursor: JSON) {
        var items: [JSON] = []
        var cursor = pages.cursor
        repeat {
            var query = filters + [("limit", String(pages.all ? 200 : pages.limit))]
            if let cursor { query.append(("cursor", cursor)) }
            let page = try await call("GET", path, query: query).json
            items += page["items"]?.asArray ?? []
            let next = page["next_cursor"]?.asString
            // A cursor that leads to itself would lead there for ever.
            cursor = next == cursor ? nil : next
        } while pages.all && cursor != nil
        return (items, cursor.map(JSON.string) ?? .null)
    }

    /// Prints a page, or all of them.
    func printList(_ noun: Noun, at path: [String]? = nil, filters: [(name: String, value: String)], pages: Pages)
        async throws -> ExitStatus
    {
        let (items, next) = try await list(path ?? noun.path, filters: filters, pages: pages)
        guard printer.asJSON || !items.isEmpty else {
            printer.note("No \(noun.plural).")
            return .done
        }
        printer.list(items, of: noun, nextCursor: next)
        if !printer.asJSON, let cursor = next.asString { printer.note("There are more: --all, or --cursor \(cursor)") }
        return .done
    }
}

/// The filters that were given.
func given(_ filters: KeyValuePairs<String, String?>) -> [(name: String, value: String)] {
    filters.compactMap { name, value in value.map { (name, $0) } }
}
