// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import ArgumentParser

/// `bitting sign-in-rule show`
struct SignInRuleShow: ShowAct {
    static let configuration = CommandConfiguration(commandName: "show", abstract: "Show one sign-in rule.")

    @Argument(help: "The rule's id: rule_…")
    var id: SignInRuleID

    @OptionGroup var connection: Connection

    var path: [String] { Noun.signInRules.path + [id.description] }
}
