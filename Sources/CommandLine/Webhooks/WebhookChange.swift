// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import ArgumentParser
internal import Wire

/// `bitting webhook change`
struct WebhookChange: ChangeAct {
    static let configuration = CommandConfiguration(
        commandName: "change", abstract: "Change where a webhook is told, and of what.",
        discussion: "Types that are given replace those it had.")

    /// What can be emptied.
    enum Field: String, ClearableField { case certificateAuthority = "certificate_authority" }

    @Argument(help: "The webhook's id: wh_…")
    var id: WebhookID

    @Option(help: "Where messages are posted to: https://…")
    var to: String?

    @Option(help: "What people call it.")
    var name: String?

    @Option(help: ArgumentHelp("Of what: key.revoke, key.*, …; may be repeated.", valueName: "type"))
    var type: [String] = []

    @Option(help: ArgumentHelp("A PEM file with the only authority trusted there.", valueName: "file"))
    var certificateAuthority: String?

    @OptionGroup var change: ChangeOptions<Field>
    @OptionGroup var connection: Connection

    var path: [String] { Noun.webhooks.path + [id.description] }

    func changes(at surroundings: Surroundings) throws -> JSON {
        .given([
            "url": to.map { .string($0) }, "name": name.map { .string($0) }, "types": type.unlessEmpty { .texts($0) },
            "certificate_authority": try AuthorityFile.json(certificateAuthority),
        ])
    }
}
