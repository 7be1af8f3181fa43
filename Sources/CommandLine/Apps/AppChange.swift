// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import ArgumentParser
internal import Wire

/// `bitting app change`
struct AppChange: ChangeAct {
    static let configuration = CommandConfiguration(
        commandName: "change", abstract: "Change an app.",
        discussion: "Metadata is merged: a member that is null is taken out, one that is not named stays.")

    /// What can be emptied.
    enum Field: String, ClearableField { case externalID = "external_id", quota }

    @Argument(help: "The app's id: app_…")
    var id: AppID

    @Option(help: "What people call it.")
    var name: String?

    @Option(help: ArgumentHelp("Its id in your own systems.", valueName: "id"))
    var externalID: String?

    @Option(help: ArgumentHelp("A JSON object to merge into what is kept with it.", valueName: "json"))
    var metadata: MetadataArgument?

    @OptionGroup var quota: QuotaOptions
    @OptionGroup var change: ChangeOptions<Field>
    @OptionGroup var connection: Connection

    var path: [String] { Noun.apps.path + [id.description] }

    func changes(at surroundings: Surroundings) -> JSON {
        .given([
            "name": name.map(JSON.string), "external_id": externalID.map(JSON.string),
            "metadata": metadata?.json, "quota": quota.json,
        ])
    }
}
