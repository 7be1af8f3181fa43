// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import ArgumentParser

/// `bitting sign-in-rule disable`
struct SignInRuleDisable: PostAct {
    static let configuration = CommandConfiguration(
        commandName: "disable", abstract: "Let nobody in by a rule until it is enabled; tokens given out live on.")

    @Argument(help: "The rule's id: rule_…")
    var id: SignInRuleID

    @OptionGroup var connection: Connection

    var path: [String] { Noun.signInRules.path + [id.description, "disable"] }
}
