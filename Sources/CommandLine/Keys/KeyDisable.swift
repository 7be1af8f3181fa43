// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import ArgumentParser

/// `bitting key disable`
struct KeyDisable: PostAct {
    static let configuration = CommandConfiguration(
        commandName: "disable", abstract: "Stop a key until it is enabled again.")

    @Argument(help: "The key's id: key_…")
    var id: KeyID

    @OptionGroup var connection: Connection

    var path: [String] { ["v1", "keys", id.description, "disable"] }
}
