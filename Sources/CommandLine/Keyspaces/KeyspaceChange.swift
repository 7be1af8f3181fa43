// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import ArgumentParser
internal import Wire

/// `bitting keyspace change`
struct KeyspaceChange: ChangeAct {
    static let configuration = CommandConfiguration(commandName: "change", abstract: "Change a keyspace.")

    /// What can be emptied.
    enum Field: String, ClearableField {
        case maxLifetime = "max_lifetime"
        case rotateEvery = "rotate_every"
        case revokeWhenUnusedFor = "revoke_when_unused_for"
        case defaultLimits = "default_limits"
    }

    @Argument(help: "The keyspace's id: ks_…")
    var id: KeyspaceID

    @Option(help: ArgumentHelp("The longest that a key of it may live: 24h, 90d.", valueName: "length"))
    var maxLifetime: Length?

    @OptionGroup var policies: KeyspacePolicies

    @Flag(inversion: .prefixedNo, help: "Whether its keys may stand in a query parameter.")
    var acceptQueryParameter: Bool?

    @OptionGroup var defaultLimits: DefaultLimitOptions
    @OptionGroup var change: ChangeOptions<Field>
    @OptionGroup var connection: Connection

    var path: [String] { Noun.keyspaces.path + [id.description] }

    func changes(at surroundings: Surroundings) -> JSON {
        .given([
            "max_lifetime": maxLifetime.map { .string($0.description) }, "rotate_every": policies.rotateEveryJSON,
            "revoke_when_unused_for": policies.revokeWhenUnusedForJSON,
            "default_limits": defaultLimits.json,
            "accept_query_parameter": acceptQueryParameter.map(JSON.bool),
        ])
    }
}
