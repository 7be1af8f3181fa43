// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import HeldKeys
internal import Wire

/// What a provider says of itself, as stored JSON.
enum ProviderText {
    static func json(_ provider: Provider) -> JSON {
        var members: [JSON.Member] = [
            .init(name: "origins", value: .array(provider.origins.map { .string($0.text) })),
            .init(name: "slots", value: .array(provider.slots.map(SlotText.json))),
            .init(name: "private", value: .array(provider.allowedPrivateAddresses.map { .string($0.description) })),
            .init(name: "ca", value: text(provider.certificateAuthority)),
            .init(
                name: "sets",
                value: .object(provider.permissionSets.map { .init(name: $0.name, value: LendRuleText.json($0.rules)) })
            ),
            .init(name: "documentation", value: text(provider.documentation)),
            .init(name: "settings", value: parts(provider.settings)),
            .init(name: "parts", value: parts(provider.parts)),
            .init(name: "environment", value: lines(provider.environment)),
            .init(name: "reveal_environment", value: lines(provider.revealEnvironment)),
        ]
        if let certificate = provider.clientCertificate {
            members.append(
                .init(
                    name: "client_certificate",
                    value: [
                        "certificate": .string(certificate.certificate), "private_key": .string(certificate.privateKey),
                    ]))
        }
        if let test = provider.test { members.append(.init(name: "test", value: TestText.json(test))) }
        if let rotation = provider.rotation {
            members.append(.init(name: "rotation", value: RotationGuideText.json(rotation)))
        }
        return .object(members)
    }

    private static func text(_ text: String?) -> JSON { text.map { .string($0) } ?? .null }

    private static func parts(_ parts: [NamedPart]) -> JSON {
        .object(parts.map { .init(name: $0.name, value: .string($0.title)) })
    }

    private static func lines(_ lines: [EnvironmentLine]) -> JSON {
        .object(lines.map { .init(name: $0.name, value: .string($0.format.text)) })
    }

    /// Documents of the first step have one `slot` and nothing after `sets`.
    static func read(_ document: JSON, into provider: inout Provider) throws {
        provider.origins = try RuleText.strings(document["origins"]).map { try RuleText.need(OriginPattern($0)) }
        provider.slots =
            try document["slot"].map { [try SlotText.slot($0)] }
            ?? RuleText.need(document["slots"]?.asArray).map(SlotText.slot)
        provider.allowedPrivateAddresses = try RuleText.strings(document["private"]).map {
            try RuleText.need(AddressRange($0))
        }
        provider.certificateAuthority = document["ca"]?.asString
        provider.permissionSets = try RuleText.need(document["sets"]?.asObject).map { member in
            Provider.PermissionSet(name: member.name, rules: try LendRuleText.rules(member.value))
        }
        provider.documentation = document["documentation"]?.asString
        provider.settings = try parts(document["settings"])
        provider.parts = try parts(document["parts"])
        provider.environment = try lines(document["environment"])
        provider.revealEnvironment = try lines(document["reveal_environment"])
        if let certificate = document["client_certificate"] {
            provider.clientCertificate = ClientCertificateParts(
                certificate: try RuleText.need(certificate["certificate"]?.asString),
                privateKey: try RuleText.need(certificate["private_key"]?.asString))
        }
        provider.test = try document["test"].map(TestText.test)
        provider.rotation = try document["rotation"].map(RotationGuideText.guide)
    }

    private static func parts(_ json: JSON?) throws -> [NamedPart] {
        try (json?.asObject ?? []).map { NamedPart(name: $0.name, title: try RuleText.need($0.value.asString)) }
    }

    private static func lines(_ json: JSON?) throws -> [EnvironmentLine] {
        try (json?.asObject ?? []).map { member in
            let format = SlotFormat(try RuleText.need(member.value.asString), longest: 1000, needsName: false)
            return EnvironmentLine(name: member.name, format: try RuleText.need(format))
        }
    }
}
