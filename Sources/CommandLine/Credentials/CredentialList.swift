// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import ArgumentParser

/// `bitting credential list`
struct CredentialList: ListAct {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the credentials, never their values.")
    static let noun = Noun.credentials

    @Option(help: ArgumentHelp("Of this account: acc_…", valueName: "id"))
    var account: AccountID?

    @Option(help: "Of this provider.")
    var provider: String?

    @Flag(help: "Deleted ones instead.")
    var deleted = false

    @OptionGroup var pages: Pages
    @OptionGroup var connection: Connection

    var filters: [(name: String, value: String)] {
        given(["account": account?.description, "provider": provider, "deleted": deleted ? "true" : nil])
    }
}
