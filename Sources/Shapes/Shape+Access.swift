// SPDX-License-Identifier: Apache-2.0
package import Access
internal import Wire

extension Shape {
    /// The id of one kind of thing.
    package static func id<Kind>(_ noun: String) -> Shape where Value == Identifier<Kind> {
        parsed("This is not the id of \(noun).", fix: "Send an id of the form \(Kind.prefix)_ and 26 characters.") {
            Identifier<Kind>($0)
        }
    }
}

extension Shape where Value == Instant {
    /// A moment up to the year 9999.
    package static var instant: Shape {
        parsed("This is not a time as RFC 3339 has it.", fix: "Send a time such as 2026-01-31T09:00:00Z.") { text in
            guard text.utf8.count <= 40, let instant = Instant(text), instant <= .latest else { return nil }
            return instant
        }
    }

    /// A moment that is still to come.
    package static func future(from now: Instant) -> Shape {
        Shape { json, pointer throws(FieldFault) in
            let moment = try instant.read(json, pointer)
            guard moment > now else {
                throw .value(pointer, "This moment is past.", fix: "Choose one in the future.")
            }
            return moment
        }
    }
}

extension Shape where Value == Length {
    /// A length of time above zero.
    package static var length: Shape {
        parsed(
            "This is not a length of time.",
            fix: "Send a whole number and s, m, h or d, such as 90d; at most ten years."
        ) { text in
            guard text.utf8.first != UInt8(ascii: "0"), let length = Length(text) else { return nil }
            return length
        }
    }
}

extension Shape where Value == Length {
    /// A length of time, zero included.
    package static var lengthOrNone: Shape {
        parsed("This is not a length of time.", fix: "Send a whole number and s, m, h or d, such as 0s or 24h.") {
            Length($0)
        }
    }
}

extension Shape where Value == Scope {
    /// One scope.
    package static var scope: Shape {
        parsed("This is not a scope.", fix: "Send resource:action; each part is * or 1 to 64 of A-Z a-z 0-9 . _ -.") {
            Scope($0)
        }
    }
}

extension Shape where Value == AddressRange {
    /// One address or CIDR.
    package static var addressRange: Shape {
        Shape { json, pointer throws(FieldFault) in
            guard let text = json.asString else { throw .type(pointer, "a string") }
            do throws(AddressRangeFault) {
                return try AddressRange(parsing: text)
            } catch {
                throw fault(error, pointer)
            }
        }
    }

    private static func fault(_ fault: AddressRangeFault, _ pointer: String) -> FieldFault {
        switch fault {
        case .notAnAddress:
            .value(pointer, "This is not an IPv4 or IPv6 address or range.", fix: "Send one such as 203.0.113.0/24.")
        case .prefixLength(let longest):
            .value(
                pointer, "The length behind the slash is not a number from 0 to \(longest).",
                fix: "Send a whole number from 0 to \(longest).")
        case .hostBitsSet(let first, let length):
            .value(
                pointer, "The address has bits behind the prefix.",
                fix: "Send \(first)/\(length) for the range, or the address alone.")
        case .shorterThanMappedPrefix:
            .value(pointer, "The range reaches beyond the IPv4-mapped block.", fix: "Write the range as IPv4.")
        }
    }
}

extension Shape where Value == Route {
    /// Methods and a path.
    package static var route: Shape {
        Shape { json, pointer throws(FieldFault) in
            let fields = try Fields(json, at: pointer, ["methods", "path"])
            let methods = try fields.required("methods", Shape<String>.text(1...32).list(1...20))
            let path = try fields.required("path", Shape<String>.text(1...1024))
            do throws(Route.Fault) {
                return try Route(methods: methods, path: path)
            } catch {
                throw fault(error, methods, pointer)
            }
        }
    }

    private static func fault(_ fault: Route.Fault, _ methods: [String], _ pointer: String) -> FieldFault {
        switch fault {
        case .method(let method):
            .value(
                "\(pointer)/methods/\(methods.firstIndex(of: method) ?? 0)", "This is not a method.",
                fix: "Send methods in capitals, or *.")
        case .path:
            .value(
                "\(pointer)/path", "This is not a path in canonical form.",
                fix:
                    "Begin with /, without empty or dot segments or needless escapes; * is one segment, ** at the end any number."
            )
        }
    }
}

extension Shape where Value == [AddressRange] {
    /// Up to 100 ranges.
    package static var addresses: Shape { Shape<AddressRange>.addressRange.list(0...100) }
}
