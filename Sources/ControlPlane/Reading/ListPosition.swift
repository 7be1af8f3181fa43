// SPDX-License-Identifier: Apache-2.0
import Access
import Secrets

/// Where a page of a list starts, from `limit` and `cursor`, and the cursor of the page after it.
///
/// A cursor is base64url of a version byte, the list's name, a zero byte, the last id, and 8 bytes of SHA-256 over
/// these and the filters. The check is against mistakes (another list, other filters, a cut text), not against
/// forgery: whoever makes a cursor up only chooses where to start.
struct ListPosition: Sendable {
    let page: Page
    private let list: String
    private let filters: [UInt8]

    /// The items of a page when the call does not say.
    static let usualLimit = 50
    private static let version: UInt8 = 1
    private static let checkLength = 8

    /// Reads the position from a call's query.
    init(_ list: String, _ query: Query) throws {
        self.list = list
        filters = ListPosition.filters(query)
        let limit = try query.number("limit", 1...Int64(Page.longest)).map(Int.init) ?? ListPosition.usualLimit
        var after: String?
        if let cursor = query.text("cursor") {
            guard let id = ListPosition.id(in: cursor, list, filters) else { throw RequestFault.invalidCursor }
            after = id
        }
        page = Page(after: after, limit: limit)
    }

    /// The cursor of the page that starts behind `id`.
    func cursor(after id: String?) -> String? {
        guard let id else { return nil }
        let text = ListPosition.text(list, id)
        return Base64URL.text(text + ListPosition.check(text, filters))
    }

    /// The cursor of the page of an unfiltered list that starts behind `id`.
    static func cursor(of list: String, after id: String) -> String {
        let text = text(list, id)
        return Base64URL.text(text + check(text, []))
    }

    private static func text(_ list: String, _ id: String) -> [UInt8] {
        [version] + Array(list.utf8) + [0] + Array(id.utf8)
    }

    private static func check(_ text: [UInt8], _ filters: [UInt8]) -> [UInt8] {
        Array(Digest(of: [text, [0], filters]).bytes.prefix(checkLength))
    }

    /// Every parameter but the position itself, sorted, with lengths, so that no two sets of filters look the same.
    private static func filters(_ query: Query) -> [UInt8] {
        let chosen = query.parameters.filter { $0.name != "limit" && $0.name != "cursor" }
        return chosen.sorted { $0.name < $1.name }.flatMap { parameter in
            Array("\(parameter.name)=\(parameter.value.utf8.count):\(parameter.value);".utf8)
        }
    }

    private static func id(in cursor: String, _ list: String, _ filters: [UInt8]) -> String? {
        guard cursor.utf8.count <= 400, let bytes = Base64URL.bytes(cursor), bytes.count > checkLength else {
            return nil
        }
        let text = Array(bytes.dropLast(checkLength))
        let head = ListPosition.text(list, "")
        guard text.starts(with: head), Array(bytes.suffix(checkLength)) == check(text, filters) else { return nil }
        return String(validating: text.dropFirst(head.count), as: UTF8.self)
    }
}
