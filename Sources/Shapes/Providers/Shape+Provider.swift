// SPDX-License-Identifier: Apache-2.0
package import Access
package import HeldKeys
internal import Wire

extension Shape where Value == Provider {
    /// A provider as it is described, under this name; new at this moment. What it says of itself holds together:
    /// every name in braces is one of its own, and every secret part goes somewhere.
    package static func provider(named name: String, at now: Instant) -> Shape<Provider> {
        Shape { json, pointer throws(FieldFault) in
            let fields = try Fields(json, at: pointer, ProviderField.all)
            var provider = Provider(
                name: name, title: try fields.required("title", .name),
                origins: try fields.required("origins", Shape<OriginPattern>.origin.list(1...10)),
                slots: try fields.required("credential", .slots), createdAt: now, updatedAt: now, revision: 0)
            provider.documentation = try fields.nullable("documentation", .webPage)
            provider.settings = try fields.optional("settings", Shape<[NamedPart]>.namedParts(20)) ?? []
            provider.parts = try fields.optional("parts", Shape<[NamedPart]>.namedParts(10)) ?? []
            provider.allowedPrivateAddresses = try fields.optional("allow_private_addresses", .addresses) ?? []
            if let care = try fields.optional("tls", .transportCare) {
                provider.certificateAuthority = care.authority
                provider.clientCertificate = care.client
            }
            provider.test = try fields.nullable("test", .providerTest)
            provider.permissionSets = try fields.optional("permission_sets", .permissionSets) ?? []
            provider.environment = try fields.optional("environment", .environment) ?? []
            provider.revealEnvironment = try fields.optional("reveal_environment", .environment) ?? []
            provider.rotation = try fields.nullable("rotation", .rotationGuide)
            let listed = json["credential"]?.asArray != nil
            try ProviderRules(provider, at: pointer, slotsAreListed: listed).check()
            return provider
        }
    }
}

/// The members of a provider's description.
enum ProviderField {
    static let all = [
        "title", "documentation", "origins", "settings", "parts", "credential", "allow_private_addresses", "tls",
        "test",
        "permission_sets", "environment", "reveal_environment", "rotation",
    ]
}

extension Shape where Value == OriginPattern {
    /// Scheme, host and port; whole labels of the host may be settings.
    package static var origin: Shape<OriginPattern> {
        parsed(
            "This is not an origin.",
            fix: """
                Send scheme, host and, where it is not the usual one, port: https://api.example:8443. A setting in \
                braces may be a whole label in front of at least two fixed ones: https://{shop}.example.com.
                """
        ) { OriginPattern($0) }
    }
}

extension Shape where Value == [NamedPart] {
    /// `{name: {title}}`.
    static func namedParts(_ limit: Int) -> Shape {
        Shape<String>.partTitle.members(limit, isPartName, fix: "Send [a-z][a-z0-9_]{0,31}, and none of the reserved.")
            .map { $0.map { NamedPart(name: $0.name, title: $0.value) } }
    }

    /// A name that has no meaning of its own in any format.
    private static func isPartName(_ name: String) -> Bool {
        let reserved = [NamedPart.whole, "base_url", "key", "signature"] + MessageSignature.messageNames
        return NamedPart.isName(name) && !reserved.contains(name)
    }
}

extension Shape where Value == String {
    fileprivate static var partTitle: Shape {
        Shape { json, pointer throws(FieldFault) in
            try Fields(json, at: pointer, ["title"]).required("title", .name)
        }
    }
}

extension Shape where Value == [Provider.PermissionSet] {
    /// Up to 100 named lists of rules.
    fileprivate static var permissionSets: Shape {
        Shape<[LendRule]>.lendRules.members(100, isSetName, fix: "Send 1 to 200 characters, none a control character.")
            .map { $0.map { Provider.PermissionSet(name: $0.name, rules: $0.value) } }
    }

    private static func isSetName(_ name: String) -> Bool {
        (1...200).contains(name.unicodeScalars.count) && name.unicodeScalars.allSatisfy(isShown)
    }
}
