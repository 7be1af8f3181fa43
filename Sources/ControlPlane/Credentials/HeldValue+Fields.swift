// SPDX-License-Identifier: Apache-2.0
import HeldKeys
import Secrets
import Shapes
import Wire

extension Fields {
    /// The field `value`: text, or an object of the provider's named parts. Which parts there must be, and which bytes
    /// may stand in them, is for the provider to say.
    ///
    /// The value goes from the body's tree into a ``Secret`` at once. What cannot be wiped: the bytes that the network
    /// received, the body they were gathered in, and the tree's strings; they are freed when the call ends.
    func heldValue() throws(FieldFault) -> HeldValue {
        var parts = try required("value", .valueParts)
        return HeldValue(wiping: &parts.named)
    }
}

/// What was sent as a value.
private struct ValueParts: Sendable {
    var named: [(name: String, bytes: [UInt8])]
}

extension Shape where Value == ValueParts {
    private static var mostParts: Int { 20 }

    fileprivate static var valueParts: Shape {
        Shape { json, pointer throws(FieldFault) in
            if let text = json.asString { return try bounded([(NamedPart.whole, Array(text.utf8))], pointer) }
            guard let members = json.asObject else { throw .type(pointer, "a string, or an object of strings") }
            guard (1...mostParts).contains(members.count) else {
                throw .value(
                    pointer, "A value has 1 to \(mostParts) parts.", fix: "Send the parts that the provider names.")
            }
            var parts: [(name: String, bytes: [UInt8])] = []
            for member in members {
                guard NamedPart.isName(member.name) else {
                    throw .value(
                        pointer, "One of the names is none of a part.", fix: "Send the parts that the provider names.")
                }
                guard let text = member.value.asString else { throw .type("\(pointer)/\(member.name)", "a string") }
                parts.append((member.name, Array(text.utf8)))
            }
            return try bounded(parts, pointer)
        }
    }

    private static func bounded(
        _ parts: [(name: String, bytes: [UInt8])], _ pointer: String
    ) throws(FieldFault) -> ValueParts {
        let longest = Credentials.longestValue
        let count = parts.reduce(0) { $0 + $1.bytes.count }
        guard (1...longest).contains(count) else {
            throw .value(
                pointer, "A value has 1 to \(longest) bytes, all its parts together.",
                fix: "Send the provider's key as it stands in a request.")
        }
        return ValueParts(named: parts)
    }
}

extension Shape where Value == [CredentialSetting] {
    /// An object of texts; which there must be is for the provider to say.
    static var credentialSettings: Shape {
        Shape<String>.parsed("This is too long for a setting.", fix: "Send at most 63 characters.") {
            $0.utf8.count <= 63 ? $0 : nil
        }.members(20, NamedPart.isName, fix: "Send the settings that the provider names.").map { settings in
            settings.map { CredentialSetting(name: $0.name, value: $0.value) }
        }
    }
}
