// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import ArgumentParser
internal import Wire

/// `bitting user lock`
struct UserLock: PostAct {
    static let configuration = CommandConfiguration(
        commandName: "lock", abstract: "Stop all keys of a user at once, without changing them.")

    @Argument(help: "The user's id: usr_…")
    var id: UserID

    @Option(help: "Why, for the audit trail.")
    var note: String?

    @OptionGroup var connection: Connection

    var path: [String] { ["v1", "users", id.description, "lock"] }

    func body(at surroundings: Surroundings) -> JSON? { .given(["note": note.map(JSON.string)]) }
}
