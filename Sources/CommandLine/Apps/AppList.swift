// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import ArgumentParser

/// `bitting app list`
struct AppList: ListAct {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List the apps of an account.")
    static let noun = Noun.apps

    @Option(help: ArgumentHelp("The account it belongs to: acc_…", valueName: "id"))
    var account: AccountID

    @OptionGroup var pages: Pages
    @OptionGroup var connection: Connection

    var path: [String] { Noun.accounts.path + [account.description, "apps"] }
}
