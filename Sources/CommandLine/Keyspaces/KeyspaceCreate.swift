// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import ArgumentParser
internal import Wire

/// `bitting keyspace create`
struct KeyspaceCreate: PostAct {
    static let configuration = CommandConfiguration(
        commandName: "create", abstract: "Make a keyspace: the keys of one of your APIs.")

    @Option(help: "What it is called: lower case letters, digits and hyphens.")
    var name: String

    @Option(help: "What its keys begin with: 2 to 16 lower case letters and digits.")
    var prefix: String

    @Option(help: "The environment in its keys; live if not given.")
    var environment: String?

    @Option(help: ArgumentHelp("The longest that a key of it may live: 24h, 90d.", valueName: "length"))
    var maxLifetime: Length?

    @OptionGroup var policies: KeyspacePolicies

    @Flag(help: "Let its keys stand in a query parameter, where logs and histories see them.")
    var acceptQueryParameter = false

    @Option(help: .idempotencyKey)
    var idempotencyKey: String?

    @OptionGroup var defaultLimits: DefaultLimitOptions
    @OptionGroup var connection: Connection

    var path: [String] { Noun.keyspaces.path }

    func body(at surroundings: Surroundings) -> JSON? {
        .given([
            "name": .string(name), "prefix": .string(prefix), "environment": environment.map(JSON.string),
            "max_lifetime": maxLifetime.map { .string($0.description) }, "rotate_every": policies.rotateEveryJSON,
            "revoke_when_unused_for": policies.revokeWhenUnusedForJSON,
            "default_limits": defaultLimits.json,
            "accept_query_parameter": acceptQueryParameter ? true : nil,
        ])
    }
}
