// SPDX-License-Identifier: Apache-2.0
internal import ArgumentParser
internal import Wire

/// `bitting account create`
struct AccountCreate: PostAct {
    static let configuration = CommandConfiguration(commandName: "create", abstract: "Make an account.")

    @Option(help: "What people call it.")
    var name: String

    @Option(help: ArgumentHelp("Its id in your own systems.", valueName: "id"))
    var externalID: String?

    @Option(help: ArgumentHelp("A JSON object to keep with it.", valueName: "json"))
    var metadata: MetadataArgument?

    @Option(help: .idempotencyKey)
    var idempotencyKey: String?

    @OptionGroup var quota: QuotaOptions
    @OptionGroup var connection: Connection

    var path: [String] { Noun.accounts.path }

    func body(at surroundings: Surroundings) -> JSON? {
        .given([
            "name": .string(name), "external_id": externalID.map(JSON.string), "metadata": metadata?.json,
            "quota": quota.json,
        ])
    }
}
