// SPDX-License-Identifier: Apache-2.0
import Access
import Shapes
import Wire

extension Shape where Value == Length {
    /// A length of time within bounds.
    static func length(in bounds: ClosedRange<Length>) -> Shape {
        Shape { json, pointer throws(FieldFault) in
            let length = try length.read(json, pointer)
            guard bounds.contains(length) else { throw outside(bounds, pointer) }
            return length
        }
    }

    /// A length that is not within bounds.
    static func outside(_ bounds: ClosedRange<Length>, _ pointer: String) -> FieldFault {
        .value(
            pointer, "This is shorter than \(bounds.lowerBound) or longer than \(bounds.upperBound).",
            fix: "Send \(bounds.lowerBound) to \(bounds.upperBound).")
    }
}

extension Shape where Value == [Limit] {
    /// As many limits as a key or keyspace may have.
    static var limits: Shape { Shape<Limit>.limit.list(0...Limit.longestList) }
}

extension Shape where Value == Limit {
    /// `{name, limit, per}` or `{name, limit, in_flight: true}`, either with `shared_by`.
    static var limit: Shape {
        Shape { json, pointer throws(FieldFault) in
            let fields = try Fields(json, at: pointer, ["name", "limit", "per", "in_flight", "shared_by"])
            let name = try fields.required("name", .limitName)
            let amount = try fields.required("limit", .integer(Limit.amounts))
            let sharing = try fields.optional("shared_by", Shape<Limit.Sharing>.word) ?? .key
            let measure = try measure(fields)
            guard let limit = Limit(name, amount, measure, sharedBy: sharing) else {
                throw .value(pointer, "This is not a limit.", fix: "Send name, limit and per.")
            }
            return limit
        }
    }

    private static func measure(_ fields: Fields) throws(FieldFault) -> Limit.Measure {
        let length = try fields.optional("per", .length(in: Limit.lengths))
        switch (length, try fields.optional("in_flight", .onlyTrue)) {
        case (let length?, nil): return .rate(per: length)
        case (nil, _?): return .inFlight
        case (nil, nil):
            throw .missing(
                Fields.pointer(fields.pointer, "per"),
                fix: "Send a length of time such as 1m, or `in_flight`: true for calls at once.")
        case (_?, _?):
            throw .value(
                Fields.pointer(fields.pointer, "in_flight"), "A limit counts calls by time or at once, not both.",
                fix: "Leave out per or in_flight; for both kinds send two limits.")
        }
    }
}

extension Shape where Value == String {
    /// What a limit is called: `[a-z][a-z0-9_-]{0,31}`.
    static var limitName: Shape {
        parsed(
            "The name is not of the form [a-z][a-z0-9_-]{0,31}.",
            fix: "Use up to 32 lower-case letters, digits, hyphens and underscores, a letter first."
        ) { Limit.isName($0) ? $0 : nil }
    }
}

extension Shape where Value == Bool {
    /// `true`; what would be `false` is left out.
    static var onlyTrue: Shape {
        Shape { json, pointer throws(FieldFault) in
            guard try bool.read(json, pointer) else {
                throw .value(pointer, "This can only be true.", fix: "Send true, or leave the field out.")
            }
            return true
        }
    }
}
