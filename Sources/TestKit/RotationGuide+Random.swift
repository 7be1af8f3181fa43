// SPDX-License-Identifier: Apache-2.0
internal import HeldKeys

extension RotationGuide {
    /// A guide of any kind that holds together with the provider; nil now and then.
    static func random(_ random: inout Seeded, for provider: Provider) -> RotationGuide? {
        var guide = RotationGuide(
            kind: .byHand, link: "https://p.example/keys", steps: ["Open it.", "Copy the „key“."])
        switch random.below(provider.test == nil ? 3 : 6) {
        case 0: return nil
        case 1: return RotationGuide(kind: .set, link: nil, steps: [])
        case 2: break
        case 3 where provider.parts.isEmpty:
            guide = RotationGuide(kind: .set, link: nil, steps: ["Tell it."])
            var request = KeyMaking.Request.random("PUT", "/v1/me", provider, &random)
            (request.contentType, request.body) = ("application/json", #"{"password":"{new}"}"#)
            guide.setting = ValueSetting(request: request, length: random.pick([16, 40, 128]))
        default:
            guide = RotationGuide(kind: .minted, link: nil, steps: ["Make one."])
            guide.making = .random(&random, for: provider)
        }
        guide.atOnce = random.pick([nil, 1, 100])
        return guide
    }
}

extension KeyMaking {
    fileprivate static func random(_ random: inout Seeded, for provider: Provider) -> KeyMaking {
        let secrets = provider.parts.isEmpty ? [NamedPart.whole] : provider.parts.map(\.name)
        let isNamed = random.below(2) == 0
        let isDescribed = random.below(2) == 0
        let paging = random.pick([nil, "{more}", "/v1/keys?after={more}", "/v1/keys?page={page}"])
        var mint = Request.random("POST", "/v1/keys", provider, &random)
        mint.contentType = "application/json"
        mint.body = #"{"name":"{label}""# + (isDescribed ? #","scopes":{scopes}}"# : "}")
        var making = KeyMaking(
            mint: mint, value: secrets.map { AnswerWant(name: $0, at: way("/made/\($0)")) }, key: way("/id"),
            list: .random("GET", "/v1/keys?q={label}", provider, &random),
            rows: AnswerRows(
                items: way(random.pick(["", "/items"])), key: way("/id"), label: isNamed ? way("/name") : nil,
                more: paging?.contains("{more}") == true ? way("/links/a~1b") : nil),
            delete: .random("DELETE", "/v1/keys/{key}", provider, &random), gone: random.pick([[], [404, 410]]))
        making.next = paging
        switch random.below(3) {
        case 0: making.own = Own(request: .random("GET", "/v1/own", provider, &random), key: way("/id"))
        case 1:
            making.ownPart = OwnPart(
                part: secrets[0], after: random.pick(["", "SG."]), before: random.pick(["", "."]))
        default: break
        }
        if isDescribed {
            making.describe = Describe(
                request: .random("GET", "/v1/keys/{key}", provider, &random),
                take: [AnswerWant(name: "scopes", at: way("/scopes"), asJSON: true)])
            making.describe?.take[0].otherwise = random.pick([nil, "{}"])
        }
        return making
    }

    private static func way(_ text: String) -> AnswerPath {
        guard let way = AnswerPath(text) else { preconditionFailure(text) }
        return way
    }
}

extension KeyMaking.Request {
    fileprivate static func random(
        _ method: String, _ path: String, _ provider: Provider, _ random: inout Seeded
    ) -> KeyMaking.Request {
        var request = KeyMaking.Request(method: method, path: path, expect: random.pick([[200], [201, 204]]))
        request.origin = random.pick([nil, provider.origins.last])
        request.fields = random.pick([[], [.init(name: "X-Version", value: "1")]])
        request.settings = provider.settings.prefix(1).map { CredentialSetting(name: $0.name, value: "iam") }
        return request
    }
}
