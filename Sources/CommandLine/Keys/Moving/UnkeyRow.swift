// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import Wire

/// A key as Unkey keeps it: the columns of its table `keys`, or the members of its API's answers, with the hash beside
/// them.
struct UnkeyRow {
    private let json: JSON

    init(_ json: JSON) { self.json = json }

    /// The row to import. What is deleted or expired need not be moved.
    func row(at now: Instant) throws(RowFault) -> ImportRow {
        guard value("deleted_at_m", "deletedAt") == nil else { throw .needless("deleted") }
        var row = ImportRow()
        try readSecret(into: &row)
        row.externalID =
            text("external_id", "externalId", "owner_id", "ownerId") ?? json["identity"]?["externalId"]?.asString
        let identity = text("id", "keyId", "key_id")
        row.set("name", .string(text("name") ?? "Unkey \(identity ?? text("start") ?? "key")"))
        row.set("hint", text("start").map { .string($0 + "…") })
        row.set("scopes", try permissions().map { .texts($0) })
        row.set("metadata", .object(try metadata(identity)))
        row.set("limits", try UnkeyAllowances.limits(value("ratelimits")))
        row.set("quota", try UnkeyAllowances.quota(json))
        if let created = value("created_at_m", "createdAt", "created_at") {
            row.set("created_at", try moment(created).map { .string($0.description) })
        }
        if let expires = value("expires", "expires_at"), let end = try moment(expires) {
            guard end > now else { throw .needless("expired") }
            row.set("expires_at", .string(end.description))
        }
        if value("enabled") == .bool(false) || value("enabled") == 0 { row.set("state", "disabled") }
        return row
    }

    private func readSecret(into row: inout ImportRow) throws(RowFault) {
        if let hash = text("hash") {
            row.set("digest", .string(RowText.digest(hash)))
        } else if let secret = text("plaintext", "key") {
            row.set("secret", .string(secret))
        } else {
            throw .unreadable("There is neither hash nor plaintext.")
        }
    }

    private func permissions() throws(RowFault) -> [String]? {
        let given = value("permissions")
        guard
            let names = given?.asArray?.compactMap(\.asString)
                ?? given?.asString?.split(separator: ",").map(String.init)
        else { return nil }
        var scopes: [String] = []
        for name in names { scopes.append(try RowText.scope(name)) }
        return scopes
    }

    private func metadata(_ identity: String?) throws(RowFault) -> [JSON.Member] {
        let given = value("meta")
        let json = given?.asString.flatMap { try? JSON.parse($0) } ?? given
        guard let members = (json ?? [:]).asObject else { throw .unreadable("meta is not a JSON object.") }
        guard let identity, !members.contains(where: { $0.name == "unkey_id" }) else { return members }
        return members + [JSON.Member(name: "unkey_id", value: .string(identity))]
    }

    private func moment(_ json: JSON) throws(RowFault) -> Instant? {
        guard let moment = RowText.moment(json), moment <= .latest else { throw .unreadable("A time cannot be read.") }
        return moment.milliseconds == 0 ? nil : moment
    }

    /// The first of these members that is there and not null.
    private func value(_ names: String...) -> JSON? { first(names) }

    private func text(_ names: String...) -> String? {
        first(names)?.asString.flatMap { $0.isEmpty ? nil : $0 }
    }

    private func first(_ names: [String]) -> JSON? {
        for name in names { if let value = json[name], !value.isNull { return value } }
        return nil
    }
}
