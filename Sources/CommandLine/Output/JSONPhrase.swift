// SPDX-License-Identifier: Apache-2.0
internal import Wire

/// A JSON value in a few words on one line.
enum JSONPhrase {
    /// Lists with commas, objects as `name=value`, routes, owners, limits and quotas as people write them; `-` for nothing.
    static func phrase(_ value: JSON) -> String {
        switch value {
        case .null: "-"
        case .bool(let value): value ? "yes" : "no"
        case .integer(let value): String(value)
        case .number(_, let text): text
        case .string(let text): PlainText.line(text)
        case .array(let elements): elements.isEmpty ? "-" : elements.map(phrase).joined(separator: ", ")
        case .object(let members):
            route(value) ?? owner(value) ?? AllowancePhrase.limit(value) ?? AllowancePhrase.quota(value)
                ?? pairs(members)
        }
    }

    private static func pairs(_ members: [JSON.Member]) -> String {
        guard !members.isEmpty else { return "-" }
        return members.map {
            "\(PlainText.line($0.name))=\(isNested($0.value) ? PlainText.line($0.value.text) : phrase($0.value))"
        }
        .joined(separator: " ")
    }

    private static func isNested(_ value: JSON) -> Bool { value.asObject != nil || value.asArray != nil }

    /// `GET,POST /labels`
    private static func route(_ value: JSON) -> String? {
        guard value.asObject?.count == 2, let methods = value["methods"]?.asArray, let path = value["path"]?.asString
        else { return nil }
        return PlainText.line(methods.compactMap(\.asString).joined(separator: ",") + " " + path)
    }

    /// `app_… of acc_…`
    private static func owner(_ value: JSON) -> String? {
        guard value.asObject?.count == 3, value["type"] != nil, let id = value["id"]?.asString,
            let account = value["account"]?.asString
        else { return nil }
        return PlainText.line(id == account ? id : "\(id) of \(account)")
    }
}
