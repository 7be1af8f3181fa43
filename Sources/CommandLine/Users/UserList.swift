// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import ArgumentParser

/// `bitting user list`
struct UserList: ListAct {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List the users of an account.")
    static let noun = Noun.users

    @Option(help: ArgumentHelp("The account it belongs to: acc_…", valueName: "id"))
    var account: AccountID

    @OptionGroup var pages: Pages
    @OptionGroup var connection: Connection

    var path: [String] { Noun.accounts.path + [account.description, "users"] }
}
