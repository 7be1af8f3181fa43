// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import ArgumentParser
internal import Wire

/// `bitting webhook disable`
struct WebhookDisable: PostAct {
    static let configuration = CommandConfiguration(
        commandName: "disable", abstract: "Tell a webhook nothing until it is enabled again.")

    @Argument(help: "The webhook's id: wh_…")
    var id: WebhookID

    @OptionGroup var connection: Connection

    var path: [String] { Noun.webhooks.path + [id.description, "disable"] }
}

/// `bitting webhook enable`
struct WebhookEnable: PostAct {
    static let configuration = CommandConfiguration(
        commandName: "enable", abstract: "Tell a webhook again, from where it stopped.")

    @Argument(help: "The webhook's id: wh_…")
    var id: WebhookID

    @Flag(help: "Of what happens from now on only.")
    var skipMissed = false

    @OptionGroup var connection: Connection

    var path: [String] { Noun.webhooks.path + [id.description, "enable"] }

    func body(at surroundings: Surroundings) -> JSON? { skipMissed ? ["skip_missed": true] : nil }
}

/// `bitting webhook remove`
struct WebhookRemove: PostAct {
    static let configuration = CommandConfiguration(
        commandName: "remove", abstract: "Remove a webhook for good, with its secrets and its list of deliveries.")

    @Argument(help: "The webhook's id: wh_…")
    var id: WebhookID

    @OptionGroup var connection: Connection

    var path: [String] { Noun.webhooks.path + [id.description, "remove"] }
}
