// SPDX-License-Identifier: Apache-2.0
internal import Access

extension SQLValue {
    static func text(_ text: String?) -> SQLValue { text.map(SQLValue.text) ?? .null }
    static func id<Kind>(_ id: Identifier<Kind>) -> SQLValue { .text(id.description) }
    static func moment(_ moment: Instant?) -> SQLValue { moment.map { .integer($0.milliseconds) } ?? .null }
    static func length(_ length: Length?) -> SQLValue { length.map { .integer($0.milliseconds) } ?? .null }
    static func number(_ number: Int?) -> SQLValue { number.map { .integer(Int64($0)) } ?? .null }
    static func flag(_ flag: Bool) -> SQLValue { .integer(flag ? 1 : 0) }
}

/// Reads what this program wrote; anything else is a damaged or foreign database.
extension Row {
    func needText(_ column: Int, _ what: StaticString) throws -> String {
        guard let text = text(column) else { throw StorageFailure.unreadable("\(what)") }
        return text
    }

    func needInteger(_ column: Int, _ what: StaticString) throws -> Int64 {
        guard let integer = integer(column) else { throw StorageFailure.unreadable("\(what)") }
        return integer
    }

    func needBlob(_ column: Int, _ what: StaticString) throws -> [UInt8] {
        guard let blob = blob(column) else { throw StorageFailure.unreadable("\(what)") }
        return blob
    }

    func id<Kind>(_ column: Int, _ what: StaticString) throws -> Identifier<Kind> {
        guard let text = text(column), let id = Identifier<Kind>(text) else {
            throw StorageFailure.unreadable("\(what)")
        }
        return id
    }

    func owner(_ column: Int) throws -> OwnerID {
        guard let text = text(column), let id = OwnerID(text) else { throw StorageFailure.unreadable("owner id") }
        return id
    }

    func moment(_ column: Int) -> Instant? { integer(column).map(Instant.init(milliseconds:)) }

    func needMoment(_ column: Int, _ what: StaticString) throws -> Instant {
        Instant(milliseconds: try needInteger(column, what))
    }

    func value<Value: RawRepresentable>(_ column: Int, _ what: StaticString) throws -> Value
    where Value.RawValue == String {
        guard let text = text(column), let value = Value(rawValue: text) else {
            throw StorageFailure.unreadable("\(what)")
        }
        return value
    }
}

/// A `WHERE` clause in the making: conditions with their parameters numbered as they come.
struct Conditions {
    private(set) var values: [SQLValue] = []
    private var parts: [String] = []

    /// Adds a condition; `?` stands for the value.
    mutating func add(_ condition: String, _ value: SQLValue) {
        values.append(value)
        parts.append(condition.replacingFirst("?", with: "$\(values.count)"))
    }

    /// Adds a condition without a value.
    mutating func add(_ condition: String) { parts.append(condition) }

    /// Adds a condition on one of several values; none of them lets nothing through.
    mutating func add(_ column: String, in texts: [String]) {
        let places = texts.map { text in
            values.append(.text(text))
            return "$\(values.count)"
        }
        parts.append(places.isEmpty ? "1 = 0" : "\(column) IN (\(places.joined(separator: ", ")))")
    }

    /// Adds that one of several sets of conditions holds as a whole; `?` stands for the value.
    mutating func add(anyOf sets: [[(condition: String, value: SQLValue)]]) {
        let texts = sets.map { set in
            "("
                + set.map { condition, value in
                    values.append(value)
                    return condition.replacingFirst("?", with: "$\(values.count)")
                }.joined(separator: " AND ") + ")"
        }
        parts.append("(\(texts.joined(separator: " OR ")))")
    }

    /// Adds what a page and the accounts a caller sees ask for.
    mutating func add(_ page: Page, visible: Set<AccountID>?, key: String = "id") {
        if let visible { add("account", in: visible.map(\.description).sorted()) }
        if let after = page.after { add("\(key) > ?", .text(after)) }
    }

    /// The clause, or nothing.
    var clause: String { parts.isEmpty ? "" : " WHERE " + parts.joined(separator: " AND ") }
}

extension String {
    fileprivate func replacingFirst(_ mark: Character, with text: String) -> String {
        guard let position = firstIndex(of: mark) else { return self }
        return self[..<position] + text + self[index(after: position)...]
    }
}
