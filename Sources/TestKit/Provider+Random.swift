// SPDX-License-Identifier: Apache-2.0
package import Access
package import HeldKeys

extension Provider {
    /// A provider that holds together, made of every kind of member.
    package static func random(_ random: inout Seeded, at now: Instant) -> Provider {
        let settings = names(["region", "shop", "site"], &random)
        let parts = names(["account", "secret", "token_id"], &random)
        let origins = origins(settings, &random)
        var provider = Provider(
            name: "p", title: random.pick(["A", "Größe & Söhne", "x\\\"y"]), origins: origins,
            slots: slots(parts, settings, origins, &random), createdAt: now, updatedAt: now, revision: 0)
        provider.settings = settings.map { NamedPart(name: $0, title: "The \($0)") }
        provider.parts = parts.map { NamedPart(name: $0, title: "The \($0)") }
        provider.documentation = random.pick([nil, "https://docs.example/keys?a=b"])
        provider.allowedPrivateAddresses = random.pick([
            [], ["10.0.0.0/8", "fd00::/8"].compactMap { AddressRange($0) },
        ])
        provider.certificateAuthority = random.pick([nil, authority])
        provider.test = random.pick([nil, test(settings, &random)])
        provider.permissionSets = sets(&random)
        // All settings stand somewhere.
        let told = settings.map { "{\($0)}" }.joined(separator: " ")
        provider.environment = lines([("A_URL", "{base_url}/v1 \(told)"), ("B_KEY", "{key}"), ("C", "plain")])
        provider.revealEnvironment = lines([("D", "{\(parts.first ?? NamedPart.whole)}")])
        provider.rotation = RotationGuide.random(&random, for: provider)
        return provider
    }

    private static let authority = "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n"

    private static func names(_ all: [String], _ random: inout Seeded) -> [String] {
        all.filter { _ in random.below(2) == 0 }
    }

    private static func origins(_ settings: [String], _ random: inout Seeded) -> [OriginPattern] {
        var texts = [random.pick(["https://a.example", "http://10.0.0.1:8080", "https://[fd00::1]:8443"])]
        if let setting = settings.first {
            texts.append(random.pick(["https://{\(setting)}.b.example", "https://api.{\(setting)}.b.example:8443"]))
        }
        texts.append("https://token.example")
        return texts.compactMap { OriginPattern($0) }
    }

    /// Every part in a place of its own.
    private static func slots(
        _ parts: [String], _ settings: [String], _ origins: [OriginPattern], _ random: inout Seeded
    ) -> [CredentialSlot] {
        let secrets = parts.isEmpty ? [NamedPart.whole] : parts
        if secrets.count == 1 { return [single(secrets[0], settings, &random)] }
        switch random.below(3) {
        case 0: return [.awsSignature(awsSignature(secrets, settings))]
        case 1: return [.clientCredentials(credentials(secrets, origins, &random))] + rest(secrets)
        default: return secrets.enumerated().map { .header(name: "X-\($0)", format: format("{\($1)}")) }
        }
    }

    private static func rest(_ secrets: [String]) -> [CredentialSlot] {
        secrets.dropFirst(2).map { .query(name: $0, format: format("{\($0)}")) }
    }

    private static func single(_ secret: String, _ settings: [String], _ random: inout Seeded) -> CredentialSlot {
        let format = format("a {\(secret)}")
        switch random.below(6) {
        case 0: return .header(name: "Authorization", format: format)
        case 1: return .basic(format: Provider.format("{\(secret)}:"))
        case 2: return .query(name: "key", format: format)
        case 3: return .path(format: Provider.format("/bot{\(secret)}"))
        case 4: return .body(name: "key", format: format)
        default: return .signature(signature(secret, settings, &random))
        }
    }

    private static func awsSignature(_ secrets: [String], _ settings: [String]) -> AWSSignature {
        AWSSignature(
            accessKeyID: secrets[0], secretAccessKey: secrets[1], sessionToken: secrets.dropFirst(2).first,
            region: format(settings.first.map { "{\($0)}" } ?? "eu-central-1"), service: format("s3"))
    }

    private static func signature(
        _ key: String, _ settings: [String], _ random: inout Seeded
    ) -> MessageSignature {
        let message = SlotFormat(
            "{timestamp}\n{method}{path}{query}{body}", longest: 1000, needsName: false, takesLineFeeds: true)
        return MessageSignature(
            algorithm: random.pick(MessageSignature.Algorithm.allCases), key: key,
            encoding: random.pick(MessageSignature.Encoding.allCases), message: message ?? format(""),
            fields: [
                .init(name: "X-Signature", format: format("v1={signature}")),
                .init(name: "X-Time", format: format("{timestamp}")),
            ], time: random.pick(MessageSignature.Time.allCases))
    }

    private static func credentials(
        _ secrets: [String], _ origins: [OriginPattern], _ random: inout Seeded
    ) -> ClientCredentials {
        ClientCredentials(
            tokenOrigin: origins[origins.count - 1], tokenPath: "/oauth/token", clientID: secrets[0],
            clientSecret: secrets[1], authentication: random.pick(ClientCredentials.Authentication.allCases),
            scope: random.pick([nil, "a b"]), audience: random.pick([nil, "https://a.example"]))
    }

    private static func test(_ settings: [String], _ random: inout Seeded) -> ProviderTest {
        let isPost = random.below(2) == 0
        var test = ProviderTest(
            method: isPost ? "POST" : "GET", path: "/v1/me" + settings.map { "/{\($0)}" }.joined() + "?a=b",
            contentType: isPost ? "application/json" : nil, body: isPost ? #"{"query":"{ me }"}"# : nil,
            expect: [200, 204], dead: random.pick([[], [401, 403]]))
        test.fields = random.pick([
            [], [.init(name: "Accept", value: "a/b; c=d"), .init(name: "X-Version", value: "1")],
        ])
        test.answer = random.pick([[], [AnswerRule(name: "ok", values: [.truth(true), .number(1), .text("yes")])]])
        test.deadAnswer = random.pick([[], [AnswerRule(name: "error", values: [.text("gone")])]])
        test.settings = settings.prefix(1).map { CredentialSetting(name: $0, value: "Sts1") }
        return test
    }

    private static func sets(_ random: inout Seeded) -> [PermissionSet] {
        let routes = [("GET", "/a/*"), ("*", "/b/**"), ("POST", "/c")]
        return ["create labels", "read/it~"].filter { _ in random.below(2) == 0 }.map { name in
            PermissionSet(
                name: name,
                rules: routes.compactMap { method, path in
                    guard let route = try? Route(methods: [method], path: path) else { return nil }
                    let globs = ["*", "a*b"].compactMap { Glob($0) }
                    return LendRule(route, query: random.pick([nil, [], [QueryRule(name: "q", values: globs)]]))
                })
        }
    }

    private static func lines(_ lines: [(String, String)]) -> [EnvironmentLine] {
        lines.map { EnvironmentLine(name: $0.0, format: format($0.1)) }
    }

    private static func format(_ text: String) -> SlotFormat {
        guard let format = SlotFormat(text, longest: 1000, needsName: false) else { preconditionFailure(text) }
        return format
    }
}
