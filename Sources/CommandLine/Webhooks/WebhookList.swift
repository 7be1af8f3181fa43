// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import ArgumentParser

/// `bitting webhook list`
struct WebhookList: ListAct {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List the webhooks.")
    static let noun = Noun.webhooks

    /// What a webhook can be.
    enum State: String, CaseIterable, ExpressibleByArgument, Sendable {
        case active, disabled
    }

    @Option(help: ArgumentHelp("Of this account: acc_…", valueName: "id"))
    var account: AccountID?

    @Option(help: "In this state.")
    var state: State?

    @OptionGroup var pages: Pages
    @OptionGroup var connection: Connection

    var filters: [(name: String, value: String)] {
        given(["account": account?.description, "state": state?.rawValue])
    }
}
