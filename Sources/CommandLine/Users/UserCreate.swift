// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import ArgumentParser
internal import Wire

/// `bitting user create`
struct UserCreate: PostAct {
    static let configuration = CommandConfiguration(commandName: "create", abstract: "Make a user.")

    @Option(help: ArgumentHelp("The account it belongs to: acc_…", valueName: "id"))
    var account: AccountID

    @Option(help: "What people call it.")
    var name: String

    @Option(help: "The person's address.")
    var email: String?

    @Option(help: ArgumentHelp("Its id in your own systems.", valueName: "id"))
    var externalID: String?

    @Option(help: ArgumentHelp("A JSON object to keep with it.", valueName: "json"))
    var metadata: MetadataArgument?

    @Option(help: .idempotencyKey)
    var idempotencyKey: String?

    @OptionGroup var quota: QuotaOptions
    @OptionGroup var connection: Connection

    var path: [String] { Noun.accounts.path + [account.description, "users"] }

    func body(at surroundings: Surroundings) -> JSON? {
        .given([
            "name": .string(name), "email": email.map(JSON.string), "external_id": externalID.map(JSON.string),
            "metadata": metadata?.json,
            "quota": quota.json,
        ])
    }
}
