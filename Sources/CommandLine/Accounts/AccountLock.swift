// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import ArgumentParser
internal import Wire

/// `bitting account lock`
struct AccountLock: PostAct {
    static let configuration = CommandConfiguration(
        commandName: "lock",
        abstract: "Stop all keys of an account at once, with those of its apps and users, without changing them.")

    @Argument(help: "The account's id: acc_…")
    var id: AccountID

    @Option(help: "Why, for the audit trail.")
    var note: String?

    @OptionGroup var connection: Connection

    var path: [String] { ["v1", "accounts", id.description, "lock"] }

    func body(at surroundings: Surroundings) -> JSON? { .given(["note": note.map(JSON.string)]) }
}
