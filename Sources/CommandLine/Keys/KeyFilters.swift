// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import ArgumentParser

/// Which keys; for list and export.
struct KeyFilters: ParsableArguments {
    /// What a key can be.
    enum State: String, CaseIterable, ExpressibleByArgument, Sendable {
        case active, disabled, revoked
    }

    @Option(help: "Of this keyspace, by name or id.")
    var keyspace: String?

    @Option(help: ArgumentHelp("Of this owner: acc_…, app_… or usr_…", valueName: "id"))
    var owner: OwnerID?

    @Option(help: ArgumentHelp("Of this account and all inside it: acc_…", valueName: "id"))
    var account: AccountID?

    @Option(help: "In this state.")
    var state: State?

    @Option(help: "Of keyspaces with this prefix.")
    var prefix: String?

    @Option(help: ArgumentHelp("Not used since: 2026-01-31T00:00:00Z.", valueName: "time"))
    var lastUsedBefore: Instant?

    @Option(help: "Holding this scope.")
    var scope: Scope?

    @Option(
        name: [.customLong("q"), .customLong("search")],
        help: ArgumentHelp("With this text in its name.", valueName: "text"))
    var search: String?

    /// The query parameters that were given.
    var chosen: [(name: String, value: String)] {
        given([
            "keyspace": keyspace, "owner": owner?.description, "account": account?.description,
            "state": state?.rawValue, "prefix": prefix, "last_used_before": lastUsedBefore?.description,
            "scope": scope?.description, "q": search,
        ])
    }
}
