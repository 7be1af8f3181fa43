// SPDX-License-Identifier: Apache-2.0
package import Access
package import Wire

/// The fields of one object of a body. Made with the names it may have, so that an unknown one is refused before any
/// is read.
///
///     let fields = try call.fields("name", "expires_at")
///     let name = try fields.required("name", .text(1...200))
///     let expiry = try fields.nullable("expires_at", .instant)
package struct Fields: Sendable {
    private let members: [JSON.Member]
    private let known: [String]
    /// Where the object stands in the body.
    package let pointer: String

    /// Opens the object at `pointer`; refuses what is none, and any member but the known.
    package init(_ json: JSON, at pointer: String, _ known: [String]) throws(FieldFault) {
        guard let members = json.asObject else { throw .type(pointer, "an object") }
        for member in members where !known.contains(member.name) {
            throw .unknown(Fields.pointer(pointer, member.name), known: known)
        }
        self.members = members
        self.known = known
        self.pointer = pointer
    }

    /// The pointer to a member or element (RFC 6901, 3).
    package static func pointer(_ parent: String, _ name: String) -> String {
        var escaped = ""
        for scalar in name.unicodeScalars {
            switch scalar {
            case "~": escaped += "~0"
            case "/": escaped += "~1"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return "\(parent)/\(escaped)"
    }

    private func value(_ name: String) -> JSON? {
        precondition(known.contains(name), "a field that is read must be among the known ones")
        return members.first { $0.name == name }?.value
    }

    private func read<Value>(_ json: JSON, _ name: String, _ shape: Shape<Value>) throws(FieldFault) -> Value {
        try shape.read(json, Fields.pointer(pointer, name))
    }

    /// A field that must be there.
    package func required<Value>(_ name: String, _ shape: Shape<Value>) throws(FieldFault) -> Value {
        guard let json = value(name) else { throw .missing(Fields.pointer(pointer, name)) }
        return try read(json, name, shape)
    }

    /// A field that may be absent.
    package func optional<Value>(_ name: String, _ shape: Shape<Value>) throws(FieldFault) -> Value? {
        guard let json = value(name) else { return nil }
        return try read(json, name, shape)
    }

    /// A field that may be absent or null, which is the same.
    package func nullable<Value>(_ name: String, _ shape: Shape<Value>) throws(FieldFault) -> Value? {
        guard let json = value(name), json != .null else { return nil }
        return try read(json, name, shape)
    }

    /// A field of a merge patch that may be cleared: absent keeps, null clears.
    package func clearable<Value>(_ name: String, _ shape: Shape<Value>) throws(FieldFault) -> Patch<Value> {
        guard let json = value(name) else { return .keep }
        return json == .null ? .clear : .set(try read(json, name, shape))
    }

    /// A field of a merge patch that always has a value: absent keeps, null is refused.
    package func settable<Value>(_ name: String, _ shape: Shape<Value>) throws(FieldFault) -> Patch<Value> {
        guard let json = value(name) else { return .keep }
        guard json != .null else {
            throw .value(
                Fields.pointer(pointer, name), "This field cannot be cleared.",
                fix: "Send a value, or leave the field out.")
        }
        return .set(try read(json, name, shape))
    }
}
