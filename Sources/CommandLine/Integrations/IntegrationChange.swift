// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import ArgumentParser
internal import Wire

/// `bitting integration change`
struct IntegrationChange: ChangeAct {
    static let configuration = CommandConfiguration(
        commandName: "change", abstract: "Change what an integration allows, and until when.",
        discussion: "Routes and limits that are given replace those it had.")

    /// What can be emptied.
    enum Field: String, ClearableField {
        case limits, quota
        case expiresAt = "expires_at"
    }

    @Argument(help: "The integration's id: int_…")
    var id: IntegrationID

    @Option(
        help: ArgumentHelp(
            "A route it may call, \(LendRuleArgument.grammar); may be repeated.", valueName: "route"))
    var allow: [LendRuleArgument] = []

    @OptionGroup var terms: LendTerms
    @OptionGroup var expiry: Expiry
    @OptionGroup var change: ChangeOptions<Field>
    @OptionGroup var connection: Connection

    var path: [String] { Noun.integrations.path + [id.description] }

    func changes(at surroundings: Surroundings) -> JSON {
        let members = JSON.given([
            "allow": allow.unlessEmpty(LendRuleArgument.list), "expires_at": expiry.json(at: surroundings.now()),
        ]).asObject
        return .object((members ?? []) + terms.members)
    }
}
