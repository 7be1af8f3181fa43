// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import ArgumentParser

/// `bitting account show`
struct AccountShow: ShowAct {
    static let configuration = CommandConfiguration(commandName: "show", abstract: "Show one account.")

    @Argument(help: "The account's id: acc_…")
    var id: AccountID

    @OptionGroup var connection: Connection

    var path: [String] { ["v1", "accounts", id.description] }
}
