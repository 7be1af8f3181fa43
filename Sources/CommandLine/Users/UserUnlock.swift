// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import ArgumentParser
internal import Wire

/// `bitting user unlock`
struct UserUnlock: PostAct {
    static let configuration = CommandConfiguration(
        commandName: "unlock", abstract: "Let the keys of a locked user work again.")

    @Argument(help: "The user's id: usr_…")
    var id: UserID

    @Option(help: "Why, for the audit trail.")
    var note: String?

    @OptionGroup var connection: Connection

    var path: [String] { ["v1", "users", id.description, "unlock"] }

    func body(at surroundings: Surroundings) -> JSON? { .given(["note": note.map(JSON.string)]) }
}
