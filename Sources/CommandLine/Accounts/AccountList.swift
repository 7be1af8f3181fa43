// SPDX-License-Identifier: Apache-2.0
internal import ArgumentParser

/// `bitting account list`
struct AccountList: ListAct {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List the accounts.")
    static let noun = Noun.accounts

    @Option(help: ArgumentHelp("The one with this id in your own systems.", valueName: "id"))
    var externalID: String?

    @Flag(inversion: .prefixedNo, help: "Only those that are locked, or that are not.")
    var locked: Bool?

    @OptionGroup var pages: Pages
    @OptionGroup var connection: Connection

    var filters: [(name: String, value: String)] {
        given(["external_id": externalID, "locked": locked.map { String($0) }])
    }
}
