// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import ArgumentParser

/// `bitting sign-in-rule remove`
struct SignInRuleRemove: PostAct {
    static let configuration = CommandConfiguration(
        commandName: "remove", abstract: "End a rule for good; its name is free again.")

    @Argument(help: "The rule's id: rule_…")
    var id: SignInRuleID

    @OptionGroup var connection: Connection

    var path: [String] { Noun.signInRules.path + [id.description, "remove"] }
}
