// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import ArgumentParser

/// `bitting webhook show`
struct WebhookShow: ShowAct {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show one webhook, with the public keys of Ed25519.")

    @Argument(help: "The webhook's id: wh_…")
    var id: WebhookID

    @OptionGroup var connection: Connection

    var path: [String] { Noun.webhooks.path + [id.description] }
}
