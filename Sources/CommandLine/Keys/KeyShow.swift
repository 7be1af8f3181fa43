// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import ArgumentParser

/// `bitting key show`
struct KeyShow: ShowAct {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show one key; its secret was shown when it was made.")

    @Argument(help: "The key's id: key_…")
    var id: KeyID

    @OptionGroup var connection: Connection

    var path: [String] { ["v1", "keys", id.description] }
}
