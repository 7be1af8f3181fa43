// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import ArgumentParser
internal import Wire

/// `bitting key change`
struct KeyChange: ChangeAct {
    static let configuration = CommandConfiguration(
        commandName: "change", abstract: "Change what a key may do, and where and when.",
        discussion: """
            Scopes, addresses and routes that are given replace those it had. Metadata is merged: a member that is null
            is taken out, one that is not named stays. With its limits cleared it has those of its keyspace.
            """)

    /// What can be emptied.
    enum Field: String, ClearableField {
        case expiresAt = "expires_at"
        case notBefore = "not_before"
        case allowedAddresses = "allowed_addresses"
        case allowedRoutes = "allowed_routes"
        case scopes
        case limits
        case quota

        var empty: JSON {
            switch self {
            case .expiresAt, .notBefore, .limits, .quota: .null
            case .allowedAddresses, .allowedRoutes, .scopes: []
            }
        }
    }

    @Argument(help: "The key's id: key_…")
    var id: KeyID

    @Option(help: "What people call it.")
    var name: String?

    @Option(help: ArgumentHelp("Something it may do, resource:action; may be repeated.", valueName: "scope"))
    var scope: [Scope] = []

    @OptionGroup var terms: KeyTerms
    @OptionGroup var change: ChangeOptions<Field>
    @OptionGroup var connection: Connection

    var path: [String] { Noun.keys.path + [id.description] }

    func changes(at surroundings: Surroundings) -> JSON {
        let own = JSON.given(["name": name.map(JSON.string), "scopes": scope.unlessEmpty { .texts($0) }])
        return .object((own.asObject ?? []) + terms.members(at: surroundings.now()))
    }
}
