// SPDX-License-Identifier: Apache-2.0
import Access
import Shapes
import Wire

extension Shape where Value == ScopeSet {
    /// Up to 100 scopes.
    static var scopes: Shape { Shape<Scope>.scope.list(0...100).map { ScopeSet($0) } }
}

extension Shape where Value == [Route] {
    /// So many routes.
    static func routes(_ count: ClosedRange<Int>) -> Shape { Shape<Route>.route.list(count) }
}

extension Shape where Value == OwnerID {
    /// `{type, id}`, which must agree.
    static var owner: Shape {
        Shape { json, pointer throws(FieldFault) in
            let fields = try Fields(json, at: pointer, ["type", "id"])
            let type = try fields.required("type", Shape<OwnerType>.word)
            let id = try fields.required(
                "id",
                Shape.parsed("This is not the id of an account, app or user.", fix: "Send an id such as app_….") {
                    OwnerID($0)
                })
            guard id.type == type else {
                throw .value(
                    "\(pointer)/type", "The id is that of another type.", fix: "Send \(id.type.rawValue) for this id.")
            }
            return id
        }
    }
}
