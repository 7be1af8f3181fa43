// SPDX-License-Identifier: Apache-2.0
internal import Wire

/// What the data plane says of one integration: `GET /lend/{integration}`.
struct LendCard: Sendable {
    /// One variable of the environment and how it is written.
    struct Line: Sendable, Equatable {
        let name: String
        let format: String
    }

    /// The variables that make the provider's own libraries call through Bitting.
    let environment: [Line]
    /// Those that carry the value itself, for integrations that reveal it.
    let revealEnvironment: [Line]

    /// Reads the answer; nil when it is none.
    init?(_ json: JSON) {
        guard json.asObject != nil, let environment = LendCard.lines(json["environment"]),
            let revealEnvironment = LendCard.lines(json["reveal_environment"])
        else { return nil }
        self.environment = environment
        self.revealEnvironment = revealEnvironment
    }

    private static func lines(_ json: JSON?) -> [Line]? {
        guard let json, json != .null else { return [] }
        guard let items = json.asArray else { return nil }
        var lines: [Line] = []
        for item in items {
            guard let name = item["name"]?.asString, let format = item["format"]?.asString else { return nil }
            lines.append(Line(name: name, format: format))
        }
        return lines
    }
}
