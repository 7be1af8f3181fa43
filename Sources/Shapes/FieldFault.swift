// SPDX-License-Identifier: Apache-2.0

/// What is wrong with a field of a body, and where. Tells the rule, never the value.
package struct FieldFault: Error, Equatable, Sendable {
    /// The kinds, as they are answered.
    package enum Code: String, Sendable {
        case unknown = "unknown_field"
        case missing = "missing_field"
        case type = "wrong_type"
        case value = "invalid_field"

        /// What people read above the detail.
        package var title: String {
            switch self {
            case .unknown: "There is no such field"
            case .missing: "A field is missing"
            case .type: "A field has the wrong type"
            case .value: "A field is wrong"
            }
        }
    }

    package let code: Code
    /// Where, as a JSON pointer (RFC 6901).
    package let pointer: String
    /// The rule that does not hold, as a sentence.
    package let detail: String
    /// What to do about it, as a sentence.
    package let fix: String

    /// A member that the object does not have.
    package static func unknown(_ pointer: String, known: [String]) -> FieldFault {
        FieldFault(
            code: .unknown, pointer: pointer, detail: "This field is not known here.",
            fix: known.isEmpty ? "Send no fields." : "Leave it out. Known are: \(known.joined(separator: ", ")).")
    }

    /// A member that the object must have.
    package static func missing(_ pointer: String, fix: String = "Send it.") -> FieldFault {
        FieldFault(code: .missing, pointer: pointer, detail: "This field is needed.", fix: fix)
    }

    /// A value of another type than `wanted`, which reads on from "This must be".
    package static func type(_ pointer: String, _ wanted: String) -> FieldFault {
        FieldFault(code: .type, pointer: pointer, detail: "This must be \(wanted).", fix: "Send \(wanted).")
    }

    /// A value of the right type that breaks a rule.
    package static func value(_ pointer: String, _ detail: String, fix: String) -> FieldFault {
        FieldFault(code: .value, pointer: pointer, detail: detail, fix: fix)
    }
}
