// SPDX-License-Identifier: Apache-2.0
internal import ArgumentParser
internal import Wire

/// A key's limits; for create and change.
struct LimitOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "A limit of its own, \(LimitArgument.grammar); may be repeated.", valueName: "limit"))
    var limit: [LimitArgument] = []

    @Flag(name: .customLong("no-limits"), help: "No limits, not even those of its keyspace.")
    var hasNoLimits = false

    func validate() throws {
        guard limit.isEmpty || !hasNoLimits else { throw ValidationError("Give --limit or --no-limits, not both.") }
    }

    /// The limits, or nothing if none were given.
    var json: JSON? { hasNoLimits ? [] : limit.unlessEmpty(LimitArgument.list) }
}

/// The limits of a keyspace's keys; for create and change.
struct DefaultLimitOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "A limit of those of its keys that have none of their own, \(LimitArgument.grammar); may be repeated.",
            valueName: "limit"))
    var defaultLimit: [LimitArgument] = []

    /// The limits, or nothing if none were given.
    var json: JSON? { defaultLimit.unlessEmpty(LimitArgument.list) }
}

/// What a key, or all keys of an account, app or user, may spend; for create and change.
struct QuotaOptions: ParsableArguments {
    @Option(help: ArgumentHelp("What may be spent, \(QuotaArgument.grammar).", valueName: "quota"))
    var quota: QuotaArgument?

    @Option(
        help: ArgumentHelp(
            "Percent of the quota at whose passing an event says so; may be repeated.", valueName: "percent"))
    var alert: [Int] = []

    func validate() throws {
        guard quota != nil || alert.isEmpty else {
            throw ValidationError("--alert stands beside --quota: a quota is replaced as a whole.")
        }
        guard alert.allSatisfy({ (1...100).contains($0) }) else { throw ValidationError("--alert takes 1 to 100.") }
    }

    /// The quota, or nothing if none was given.
    var json: JSON? { quota?.json(alerts: alert) }
}
