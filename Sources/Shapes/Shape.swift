// SPDX-License-Identifier: Apache-2.0
package import Wire

/// How one kind of value is read from JSON: its type, its bounds, and what is said when it does not fit.
package struct Shape<Value: Sendable>: Sendable {
    /// Reads a value that stands at `pointer`.
    package let read: @Sendable (_ json: JSON, _ pointer: String) throws(FieldFault) -> Value

    /// A shape by what it does.
    package init(_ read: @escaping @Sendable (_ json: JSON, _ pointer: String) throws(FieldFault) -> Value) {
        self.read = read
    }

    /// A string that `parse` understands.
    package static func parsed(
        _ rule: String, fix: String, _ parse: @escaping @Sendable (String) -> Value?
    ) -> Shape {
        Shape { json, pointer throws(FieldFault) in
            guard let text = json.asString else { throw .type(pointer, "a string") }
            guard let value = parse(text) else { throw .value(pointer, rule, fix: fix) }
            return value
        }
    }

    /// An array of so many of these.
    package func list(_ count: ClosedRange<Int>) -> Shape<[Value]> {
        Shape<[Value]> { [read] json, pointer throws(FieldFault) in
            guard let elements = json.asArray else { throw .type(pointer, "an array") }
            guard count.contains(elements.count) else {
                throw .value(
                    pointer, "This array must hold \(count.lowerBound) to \(count.upperBound) items.",
                    fix: "Send \(count.lowerBound) to \(count.upperBound) items.")
            }
            var values: [Value] = []
            for (position, element) in elements.enumerated() {
                values.append(try read(element, "\(pointer)/\(position)"))
            }
            return values
        }
    }

    /// The same value in another form.
    package func map<Other: Sendable>(_ transform: @escaping @Sendable (Value) -> Other) -> Shape<Other> {
        Shape<Other> { [read] json, pointer throws(FieldFault) in transform(try read(json, pointer)) }
    }
}

extension Shape where Value == Bool {
    /// `true` or `false`.
    package static var bool: Shape {
        Shape { json, pointer throws(FieldFault) in
            guard let value = json.asBool else { throw .type(pointer, "true or false") }
            return value
        }
    }
}

extension Shape where Value: RawRepresentable & CaseIterable, Value.RawValue == String {
    /// One of the words of an enum.
    package static var word: Shape {
        let words = Value.allCases.map(\.rawValue).joined(separator: ", ")
        return parsed("This is none of the words it can be.", fix: "Send one of: \(words).") { Value(rawValue: $0) }
    }
}

extension Shape where Value == JSON {
    /// Anything; read further by whoever asks, one by one.
    package static var anything: Shape { Shape { json, _ in json } }
}
