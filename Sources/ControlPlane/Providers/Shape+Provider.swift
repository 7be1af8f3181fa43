// SPDX-License-Identifier: Apache-2.0
import Access
import HeldKeys
import Wire

extension Shape where Value == OriginPattern {
    /// Scheme, host and port.
    static var origin: Shape {
        parsed(
            "This is not an origin.",
            fix:
                "Send scheme, host and, where it is not the usual one, port: https://api.example:8443. Whole leading labels may be settings: https://{shop}.example.com."
        ) { OriginPattern($0) }
    }
}

extension Shape where Value == String? {
    /// `tls`: the authority's PEM, or nil. Client certificates come later; null says that there is none.
    static var certificateAuthority: Shape {
        Shape { json, pointer throws(FieldFault) in
            let fields = try Fields(json, at: pointer, ["ca", "client_certificate"])
            if let certificate: Bool = try fields.nullable("client_certificate", .unsupported), certificate {
                return nil
            }
            return try fields.nullable("ca", Shape<String>.pem)
        }
    }
}

extension Shape where Value == Bool {
    fileprivate static var unsupported: Shape {
        Shape { _, pointer throws(FieldFault) in
            throw .value(pointer, "This is not supported yet.", fix: "Send null, or leave the field out.")
        }
    }
}

extension Shape where Value == [Provider.PermissionSet] {
    /// Up to 100 named lists of routes, in the order of their names.
    static var permissionSets: Shape {
        Shape { json, pointer throws(FieldFault) in
            guard let members = json.asObject else { throw .type(pointer, "an object") }
            guard members.count <= 100 else {
                throw .value(pointer, "There are more than 100 permission sets.", fix: "Send 100 at most.")
            }
            var sets: [Provider.PermissionSet] = []
            for member in members {
                let place = Fields.pointer(pointer, member.name)
                _ = try Shape<String>.name.read(.string(member.name), place)
                sets.append(
                    .init(name: member.name, rules: try Shape<[LendRule]>.lendRules.read(member.value, place)))
            }
            return sets.sorted { $0.name < $1.name }
        }
    }
}
