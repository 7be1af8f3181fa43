// SPDX-License-Identifier: Apache-2.0

/// A JSON value as a tree, for cold paths: configuration, management calls, the CLI. Members keep their order.
package enum JSON: Sendable, Equatable {
    case null
    case bool(Bool)
    /// A number written without fraction or exponent that fits; `-0` is a `number`.
    case integer(Int64)
    /// Any other number: the nearest finite Double, and the number as written, which is what is written again.
    case number(Double, text: String)
    case string(String)
    case array([JSON])
    case object([Member])

    /// One member of an object.
    package struct Member: Sendable, Equatable {
        /// The name, unescaped.
        package var name: String
        /// The value.
        package var value: JSON

        /// A member; names must differ within an object.
        package init(name: String, value: JSON) {
            self.name = name
            self.value = value
        }
    }

    /// A finite number, as an integer where it is one; nil for infinities and NaN, which JSON cannot say.
    package init?(_ value: Double) {
        guard value.isFinite else { return nil }
        if let integer = Int64(exactly: value), value.sign == .plus || integer != 0 {
            self = .integer(integer)
        } else {
            self = .number(value, text: "\(value)")
        }
    }
}

/// Reading a tree.
extension JSON {
    /// The value of the member `name`; nil if there is none or this is no object. Linear in the members.
    package subscript(_ name: String) -> JSON? {
        asObject?.first { $0.name == name }?.value
    }

    /// The members, if this is an object.
    package var asObject: [Member]? { if case .object(let members) = self { members } else { nil } }
    /// The elements, if this is an array.
    package var asArray: [JSON]? { if case .array(let elements) = self { elements } else { nil } }
    /// The text, if this is a string.
    package var asString: String? { if case .string(let text) = self { text } else { nil } }
    /// The value, if this is an integer.
    package var asInteger: Int64? { if case .integer(let value) = self { value } else { nil } }
    /// The value, if this is `true` or `false`.
    package var asBool: Bool? { if case .bool(let value) = self { value } else { nil } }
    /// Whether this is `null`.
    package var isNull: Bool { self == .null }
}
