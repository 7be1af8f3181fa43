// SPDX-License-Identifier: Apache-2.0
import HeldKeys
import Shapes
import Wire

/// The places a provider's key can stand, as they are written.
private enum SlotKind: String, CaseIterable, Sendable {
    case header, basic, query
}

extension Shape where Value == CredentialSlot {
    /// `{in, name?, format?}`.
    static var slot: Shape {
        Shape { json, pointer throws(FieldFault) in
            let fields = try Fields(json, at: pointer, ["in", "name", "format"])
            let kind = try fields.required("in", Shape<SlotKind>.word)
            let format = try fields.optional("format", .slotFormat)
            switch kind {
            case .header:
                return .header(name: try fields.required("name", .fieldName), format: format ?? .value)
            case .query:
                return .query(name: try fields.required("name", .parameterName), format: format ?? .value)
            case .basic:
                guard try fields.optional("name", Shape<String>.name) == nil else {
                    throw .value("\(pointer)/name", "Basic credentials have no name.", fix: "Leave the field out.")
                }
                return .basic(format: format ?? .userName)
            }
        }
    }
}

extension Shape where Value == SlotFormat {
    fileprivate static var slotFormat: Shape {
        parsed(
            "This is not a format.",
            fix: "Send printable ASCII of at most 200 characters with {value} in it once, and no other {."
        ) { SlotFormat($0) }
    }
}

extension Shape where Value == String {
    fileprivate static var fieldName: Shape {
        parsed(
            "This cannot be the field of a credential.",
            fix: "Send a field name of at most 64 characters that does not frame or route requests."
        ) { CredentialSlot.isFieldName($0) ? $0 : nil }
    }

    fileprivate static var parameterName: Shape {
        parsed(
            "This cannot be the parameter of a credential.", fix: "Send 1 to 64 of A-Z a-z 0-9 . _ ~ -."
        ) { CredentialSlot.isParameterName($0) ? $0 : nil }
    }
}

extension SlotFormat {
    /// The value alone.
    fileprivate static var value: SlotFormat { written("{value}") }
    /// The value as user name, no password.
    fileprivate static var userName: SlotFormat { written("{value}:") }

    private static func written(_ text: String) -> SlotFormat {
        guard let format = SlotFormat(text) else { preconditionFailure("a format of this program's own") }
        return format
    }
}
