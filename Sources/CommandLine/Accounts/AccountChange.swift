// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import ArgumentParser
internal import Wire

/// `bitting account change`
struct AccountChange: ChangeAct {
    static let configuration = CommandConfiguration(
        commandName: "change", abstract: "Change an account.",
        discussion: "Metadata is merged: a member that is null is taken out, one that is not named stays.")

    /// What can be emptied.
    enum Field: String, ClearableField { case externalID = "external_id", quota }

    @Argument(help: "The account's id: acc_…")
    var id: AccountID

    @Option(help: "What people call it.")
    var name: String?

    @Option(help: ArgumentHelp("Its id in your own systems.", valueName: "id"))
    var externalID: String?

    @Option(help: ArgumentHelp("A JSON object to merge into what is kept with it.", valueName: "json"))
    var metadata: MetadataArgument?

    @OptionGroup var quota: QuotaOptions
    @OptionGroup var change: ChangeOptions<Field>
    @OptionGroup var connection: Connection

    var path: [String] { Noun.accounts.path + [id.description] }

    func changes(at surroundings: Surroundings) -> JSON {
        .given([
            "name": name.map(JSON.string), "external_id": externalID.map(JSON.string),
            "metadata": metadata?.json, "quota": quota.json,
        ])
    }
}
