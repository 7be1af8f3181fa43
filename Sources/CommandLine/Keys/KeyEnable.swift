// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import ArgumentParser

/// `bitting key enable`
struct KeyEnable: PostAct {
    static let configuration = CommandConfiguration(
        commandName: "enable", abstract: "Let a disabled key work again.")

    @Argument(help: "The key's id: key_…")
    var id: KeyID

    @OptionGroup var connection: Connection

    var path: [String] { ["v1", "keys", id.description, "enable"] }
}
