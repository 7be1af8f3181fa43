// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import ArgumentParser

/// `bitting key rollback`
struct KeyRollBack: PostAct {
    static let configuration = CommandConfiguration(
        commandName: "rollback",
        abstract: "Undo a rotation while the old secret still works; the new one is dead when this returns.")

    @Argument(help: "The key's id: key_…")
    var id: KeyID

    @OptionGroup var connection: Connection

    var path: [String] { Noun.keys.path + [id.description, "rollback"] }
}
