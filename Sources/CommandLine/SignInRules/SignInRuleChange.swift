// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import ArgumentParser
internal import Wire

/// `bitting sign-in-rule change`
struct SignInRuleChange: ChangeAct {
    static let configuration = CommandConfiguration(
        commandName: "change", abstract: "Change what a rule asks for or gives.",
        discussion: "Claims that are given replace all those it had. Issuer and key make another rule.")

    /// What can be emptied.
    enum Field: String, ClearableField {
        case claims, scopes, ca, jwks
        case jwksURI = "jwks_uri"

        var empty: JSON { self == .claims ? .object([]) : .null }
    }

    @Argument(help: "The rule's id: rule_…")
    var id: SignInRuleID

    @Option(help: "Its new name.")
    var name: String?

    @Option(help: "What must stand in the tokens' aud.")
    var audience: String?

    @OptionGroup var terms: SignInTerms
    @OptionGroup var change: ChangeOptions<Field>
    @OptionGroup var connection: Connection

    var path: [String] { Noun.signInRules.path + [id.description] }

    func changes(at surroundings: Surroundings) throws -> JSON {
        let given = JSON.given(["name": name.map { .string($0) }, "audience": audience.map { .string($0) }])
        return .object((given.asObject ?? []) + (try terms.members()))
    }
}
