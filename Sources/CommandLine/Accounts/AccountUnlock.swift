// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import ArgumentParser
internal import Wire

/// `bitting account unlock`
struct AccountUnlock: PostAct {
    static let configuration = CommandConfiguration(
        commandName: "unlock", abstract: "Let the keys of a locked account work again.")

    @Argument(help: "The account's id: acc_…")
    var id: AccountID

    @Option(help: "Why, for the audit trail.")
    var note: String?

    @OptionGroup var connection: Connection

    var path: [String] { ["v1", "accounts", id.description, "unlock"] }

    func body(at surroundings: Surroundings) -> JSON? { .given(["note": note.map(JSON.string)]) }
}
