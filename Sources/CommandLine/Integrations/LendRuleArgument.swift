// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import ArgumentParser
internal import Wire

/// `POST /labels`, or with the parameters that may stand in the query, and no others: `GET /orders?page=*&status=open,held-*`.
struct LendRuleArgument: ExpressibleByArgument {
    /// How it is written, for help texts.
    static let grammar = "\(RouteArgument.grammar); \"GET /orders?page=*&status=open,held-*\" also holds the query"

    let route: RouteArgument
    /// Names and the values they may have; nil for any query.
    let query: [(name: String, values: [String])]?

    init?(argument: String) {
        let parts = argument.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        guard let route = RouteArgument(argument: String(parts[0])) else { return nil }
        self.route = route
        guard parts.count == 2 else {
            query = nil
            return
        }
        var query: [(name: String, values: [String])] = []
        for parameter in parts[1].split(separator: "&") {
            let pair = parameter.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard pair.count == 2, !pair[0].isEmpty, !query.contains(where: { $0.name == pair[0] }) else { return nil }
            query.append((pair[0], pair[1].split(separator: ",", omittingEmptySubsequences: false).map(String.init)))
        }
        self.query = query
    }

    var json: JSON {
        guard let query else { return route.json }
        let members = query.map { JSON.Member(name: $0.name, value: .texts($0.values)) }
        return .object((route.json.asObject ?? []) + [JSON.Member(name: "query", value: .object(members))])
    }

    /// A list of rules.
    static func list(_ rules: [LendRuleArgument]) -> JSON { .array(rules.map(\.json)) }
}
