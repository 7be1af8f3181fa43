// SPDX-License-Identifier: Apache-2.0
internal import Wire

/// A value under a name that its object does not fix.
package struct Named<Value: Sendable>: Sendable {
    /// The member's name.
    package let name: String
    /// What stands there.
    package let value: Value
}

extension Shape {
    /// An object of at most so many of these, under names that `isName` takes; in the order of the names.
    package func members(
        _ limit: Int, _ isName: @escaping @Sendable (String) -> Bool, fix: String
    ) -> Shape<[Named<Value>]> {
        Shape<[Named<Value>]> { [read] json, pointer throws(FieldFault) in
            guard let members = json.asObject else { throw .type(pointer, "an object") }
            guard members.count <= limit else {
                throw .value(pointer, "This object has more than \(limit) members.", fix: "Send \(limit) at most.")
            }
            var values: [Named<Value>] = []
            for member in members {
                let place = Fields.pointer(pointer, member.name)
                guard isName(member.name) else { throw .value(place, "This cannot be a name here.", fix: fix) }
                values.append(Named(name: member.name, value: try read(member.value, place)))
            }
            return values.sorted { $0.name < $1.name }
        }
    }
}
