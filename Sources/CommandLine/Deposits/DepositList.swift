// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import ArgumentParser

/// `bitting deposit list`
struct DepositList: ListAct {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the invitations, never their tickets.")
    static let noun = Noun.deposits

    /// What has become of an invitation.
    enum State: String, CaseIterable, ExpressibleByArgument, Sendable { case open, received, withdrawn, exhausted }

    @Option(help: ArgumentHelp("For this account: acc_…", valueName: "id"))
    var account: AccountID?

    @Option(help: "In this state.")
    var state: State?

    @OptionGroup var pages: Pages
    @OptionGroup var connection: Connection

    var filters: [(name: String, value: String)] {
        given(["account": account?.description, "state": state?.rawValue])
    }
}

/// `bitting deposit show`
struct DepositShow: ShowAct {
    static let configuration = CommandConfiguration(commandName: "show", abstract: "Show one invitation.")

    @Argument(help: "The invitation's id: dep_…")
    var id: DepositID

    @OptionGroup var connection: Connection

    var path: [String] { Noun.deposits.path + [id.description] }
}

/// `bitting deposit withdraw`
struct DepositWithdraw: PostAct {
    static let configuration = CommandConfiguration(
        commandName: "withdraw", abstract: "Take an invitation back: its address is good for nothing from then on.")

    @Argument(help: "The invitation's id: dep_…")
    var id: DepositID

    @OptionGroup var connection: Connection

    var path: [String] { Noun.deposits.path + [id.description, "withdraw"] }
}
