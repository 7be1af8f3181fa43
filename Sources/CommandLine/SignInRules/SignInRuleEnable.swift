// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import ArgumentParser

/// `bitting sign-in-rule enable`
struct SignInRuleEnable: PostAct {
    static let configuration = CommandConfiguration(
        commandName: "enable", abstract: "Let machines in by a disabled rule again.")

    @Argument(help: "The rule's id: rule_…")
    var id: SignInRuleID

    @OptionGroup var connection: Connection

    var path: [String] { Noun.signInRules.path + [id.description, "enable"] }
}
