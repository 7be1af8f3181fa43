// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import ArgumentParser

/// `bitting integration list`
struct IntegrationList: ListAct {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List the integrations.")
    static let noun = Noun.integrations

    /// What an integration can be.
    enum State: String, CaseIterable, ExpressibleByArgument, Sendable {
        case active, paused, revoked
    }

    @Option(help: ArgumentHelp("Of this account: acc_…", valueName: "id"))
    var account: AccountID?

    @Option(help: ArgumentHelp("Of this app: app_…", valueName: "id"))
    var app: AppID?

    @Option(help: ArgumentHelp("Of this credential: cred_…", valueName: "id"))
    var credential: CredentialID?

    @Option(help: "In this state.")
    var state: State?

    @OptionGroup var pages: Pages
    @OptionGroup var connection: Connection

    var filters: [(name: String, value: String)] {
        given([
            "account": account?.description, "app": app?.description, "credential": credential?.description,
            "state": state?.rawValue,
        ])
    }
}
