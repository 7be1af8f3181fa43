// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import ArgumentParser
internal import Wire

/// `POST /labels`, `GET,HEAD /labels/*`, `* /labels/**`: methods with commas, a space, a path pattern.
struct RouteArgument: ExpressibleByArgument {
    /// How it is written, for help texts.
    static let grammar = "\"POST /labels\", \"GET,HEAD /labels/*\" or \"* /labels/**\""

    let route: Route

    init?(argument: String) {
        let parts = argument.split(separator: " ", maxSplits: 1).map(String.init)
        guard parts.count == 2,
            let route = try? Route(methods: parts[0].split(separator: ",").map(String.init), path: parts[1])
        else { return nil }
        self.route = route
    }

    var json: JSON { ["methods": .texts(route.shownMethods), "path": .string(route.path)] }

    /// A list of routes.
    static func list(_ routes: [RouteArgument]) -> JSON { .array(routes.map(\.json)) }
}
