// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import ArgumentParser
internal import Wire

/// `bitting app held`
struct AppHeld: ListAct {
    static let configuration = CommandConfiguration(
        commandName: "held", abstract: "Show which held keys an app may use, and which it did, when and from where.")
    static let noun = Noun(
        plural: "integrations", path: ["v1", "apps"],
        columns: [.value("CREDENTIAL", "credential_name", mayBeCut: true), .value("PROVIDER", "provider")]
            + Column.heldUses)

    @Argument(help: "The app's id: app_…")
    var id: AppID

    @OptionGroup var pages: Pages
    @OptionGroup var connection: Connection

    var path: [String] { ["v1", "apps", id.description, "held"] }
}
