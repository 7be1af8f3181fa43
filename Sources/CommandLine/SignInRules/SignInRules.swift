// SPDX-License-Identifier: Apache-2.0
internal import ArgumentParser

/// `bitting sign-in-rule`
struct SignInRules: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sign-in-rule",
        abstract: "Let machines that have an identity already (CI jobs, pods) sign in with it, without any key.",
        subcommands: [
            SignInRuleCreate.self, SignInRuleList.self, SignInRuleShow.self, SignInRuleChange.self,
            SignInRuleDisable.self, SignInRuleEnable.self, SignInRuleRemove.self,
        ])
}
