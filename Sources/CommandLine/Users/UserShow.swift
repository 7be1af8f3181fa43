// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import ArgumentParser

/// `bitting user show`
struct UserShow: ShowAct {
    static let configuration = CommandConfiguration(commandName: "show", abstract: "Show one user.")

    @Argument(help: "The user's id: usr_…")
    var id: UserID

    @OptionGroup var connection: Connection

    var path: [String] { ["v1", "users", id.description] }
}
