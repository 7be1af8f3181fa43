// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import Wire

/// Values as other systems write them, in the API's form.
enum RowText {
    /// An owner's id as the API has it.
    static func owner(_ text: String) throws(RowFault) -> JSON {
        guard let id = OwnerID(text) else {
            throw .unreadable("owner is not the id of an account, app or user; for an id of your own use external_id.")
        }
        return owner(id)
    }

    /// An owner as the API has it.
    static func owner(_ id: OwnerID) -> JSON {
        ["type": .string(id.type.rawValue), "id": .string(id.description)]
    }

    /// A SHA-256 digest with its name before it.
    static func digest(_ text: String) -> String { text.hasPrefix("sha256:") ? text : "sha256:" + text }

    /// A moment in milliseconds since 1970, as RFC 3339, or as SQL writes it in UTC.
    static func moment(_ json: JSON) -> Instant? {
        if let milliseconds = json.asInteger { return Instant(milliseconds: milliseconds) }
        guard let text = json.asString else { return nil }
        if let milliseconds = Int64(text) { return Instant(milliseconds: milliseconds) }
        return Instant(text) ?? Instant(text.replacing(" ", with: "T") + "Z")
    }

    /// A permission such as `documents.read` as a scope, `documents:read`; one without a dot is a resource.
    static func scope(_ permission: String) throws(RowFault) -> String {
        if let scope = Scope(permission) { return scope.description }
        let parts = permission.split(separator: ".", omittingEmptySubsequences: false)
        let resource = parts.count > 1 ? parts.dropLast().joined(separator: ".") : permission
        guard let scope = Scope("\(resource):\(parts.count > 1 ? parts[parts.count - 1] : "*")") else {
            throw .unreadable("A permission cannot be written as a scope.")
        }
        return scope.description
    }
}
