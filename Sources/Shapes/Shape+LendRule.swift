// SPDX-License-Identifier: Apache-2.0
internal import Access
package import HeldKeys
internal import Wire

extension Shape where Value == [LendRule] {
    /// 1 to 100 rules.
    package static var lendRules: Shape<[LendRule]> { Shape<LendRule>.lendRule.list(1...100) }
}

extension Shape where Value == LendRule {
    /// `{methods, path, query?}`.
    fileprivate static var lendRule: Shape {
        Shape { json, pointer throws(FieldFault) in
            guard let members = json.asObject else { throw .type(pointer, "an object") }
            let query = members.first { $0.name == "query" }
            let route = try Shape<Route>.route.read(.object(members.filter { $0.name != "query" }), pointer)
            guard let query else { return LendRule(route) }
            return LendRule(route, query: try Shape<[QueryRule]>.queryRules.read(query.value, "\(pointer)/query"))
        }
    }
}

extension Shape where Value == [QueryRule] {
    /// Up to 50 parameters, each with up to 50 patterns.
    fileprivate static var queryRules: Shape {
        Shape { json, pointer throws(FieldFault) in
            guard let members = json.asObject else { throw .type(pointer, "an object") }
            guard members.count <= 50 else {
                throw .value(pointer, "There are more than 50 parameters.", fix: "Send 50 at most.")
            }
            var rules: [QueryRule] = []
            for member in members {
                let place = Fields.pointer(pointer, member.name)
                guard (1...200).contains(member.name.utf8.count) else {
                    throw .value(place, "A parameter's name has 1 to 200 bytes.", fix: "Send a shorter name.")
                }
                rules.append(
                    QueryRule(name: member.name, values: try Shape<Glob>.glob.list(1...50).read(member.value, place)))
            }
            return rules
        }
    }
}

extension Shape where Value == Glob {
    fileprivate static var glob: Shape {
        parsed(
            "This is not a pattern.", fix: "Send text of at most \(Glob.longest) bytes; * stands for any run of them."
        ) { Glob($0) }
    }
}
