// SPDX-License-Identifier: Apache-2.0
internal import ArgumentParser

/// `bitting key list`
struct KeyList: ListAct {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List keys, never their secrets.")
    static let noun = Noun.keys

    @OptionGroup var which: KeyFilters
    @OptionGroup var pages: Pages
    @OptionGroup var connection: Connection

    var filters: [(name: String, value: String)] { which.chosen }
}
