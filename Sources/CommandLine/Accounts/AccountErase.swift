// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import ArgumentParser
internal import Wire

/// `bitting account erase`
struct AccountErase: PostAct {
    static let configuration = CommandConfiguration(
        commandName: "erase", abstract: "Destroy the keys to an account's held values, for good.",
        discussion: """
            Its integrations are revoked and its data keys overwritten: no value of it can be opened again, here or in a \
            backup whose key file is newer. There is no way back. Keys that were issued to it stay as they are.
            """)

    @Argument(help: "The account's id: acc_…")
    var id: AccountID

    @Option(help: "The account's name, exactly, so that no wrong one is erased.")
    var confirm: String

    @Option(help: "Why, for the audit trail.")
    var reason: String

    @OptionGroup var connection: Connection

    var path: [String] { ["v1", "accounts", id.description, "erase"] }

    func body(at surroundings: Surroundings) -> JSON? { ["confirm": .string(confirm), "reason": .string(reason)] }
}
