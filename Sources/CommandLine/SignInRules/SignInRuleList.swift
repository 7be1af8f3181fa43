// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import ArgumentParser

/// `bitting sign-in-rule list`
struct SignInRuleList: ListAct {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List the sign-in rules.")
    static let noun = Noun.signInRules

    /// What a rule can be.
    enum State: String, CaseIterable, ExpressibleByArgument, Sendable { case active, disabled }

    @Option(help: ArgumentHelp("Of this account: acc_…", valueName: "id"))
    var account: AccountID?

    @Option(help: ArgumentHelp("For this key: key_…", valueName: "id"))
    var key: KeyID?

    @Option(help: ArgumentHelp("Of this issuer.", valueName: "url"))
    var issuer: String?

    @Option(help: "In this state.")
    var state: State?

    @OptionGroup var pages: Pages
    @OptionGroup var connection: Connection

    var filters: [(name: String, value: String)] {
        given([
            "account": account?.description, "key": key?.description, "issuer": issuer, "state": state?.rawValue,
        ])
    }
}
