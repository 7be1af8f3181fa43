// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import ArgumentParser
internal import Wire

/// `bitting credential uses`
struct CredentialUses: ListAct {
    static let configuration = CommandConfiguration(
        commandName: "uses", abstract: "Show which apps may use a credential, and which did, when and from where.",
        discussion: "CURRENT VERSION says whether the last call carried the value that calls carry now.")
    static let noun = Noun(
        plural: "integrations", path: Noun.credentials.path,
        columns: [.value("APP", "app"), .value("APP NAME", "app_name", mayBeCut: true)] + Column.heldUses)

    @Argument(help: "The credential's id: cred_…")
    var id: CredentialID

    @OptionGroup var pages: Pages
    @OptionGroup var connection: Connection

    var path: [String] { Noun.credentials.path + [id.description, "uses"] }
}
