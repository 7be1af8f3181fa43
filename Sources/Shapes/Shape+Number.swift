// SPDX-License-Identifier: Apache-2.0
internal import Wire

extension Shape where Value == Int64 {
    /// A whole number within bounds, written as one: neither fraction nor exponent, and no text.
    package static func integer(_ bounds: ClosedRange<Int64>) -> Shape {
        Shape { json, pointer throws(FieldFault) in
            guard let value = json.asInteger else {
                throw .type(
                    pointer, "a whole number from \(bounds.lowerBound) to \(bounds.upperBound), digits alone")
            }
            guard bounds.contains(value) else {
                throw .value(
                    pointer, "This is not from \(bounds.lowerBound) to \(bounds.upperBound).",
                    fix: "Send a whole number from \(bounds.lowerBound) to \(bounds.upperBound).")
            }
            return value
        }
    }
}
