// SPDX-License-Identifier: Apache-2.0

/// What is wrong with a field of a body, and where. Tells the rule, never the value.
struct FieldFault: Error, Equatable, Sendable {
    /// The kinds, as they are answered.
    enum Code: String, Sendable {
        case unknown = "unknown_field"
        case missing = "missing_field"
        case type = "wrong_type"
        case value = "invalid_field"

        var title: String {
            switch self {
            case .unknown: "There is no such field"
            case .missing: "A field is missing"
            case .type: "A field has the wrong type"
            case .value: "A field is wrong"
            }
        }
    }

    let code: Code
    let pointer: String
    let detail: String
    let fix: String

    static func unknown(_ pointer: String, known: [String]) -> FieldFault {
        FieldFault(
            code: .unknown, pointer: pointer, detail: "This field is not known here.",
            fix: known.isEmpty ? "Send no fields." : "Leave it out. Known are: \(known.joined(separator: ", ")).")
    }

    static func missing(_ pointer: String, fix: String = "Send it.") -> FieldFault {
        FieldFault(code: .missing, pointer: pointer, detail: "This field is needed.", fix: fix)
    }

    static func type(_ pointer: String, _ wanted: String) -> FieldFault {
        FieldFault(code: .type, pointer: pointer, detail: "This must be \(wanted).", fix: "Send \(wanted).")
    }

    static func value(_ pointer: String, _ detail: String, fix: String) -> FieldFault {
        FieldFault(code: .value, pointer: pointer, detail: detail, fix: fix)
    }
}
