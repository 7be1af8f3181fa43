// SPDX-License-Identifier: Apache-2.0
internal import ArgumentParser

/// `bitting webhook`
struct Webhooks: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "webhook", abstract: "Who is told of events, by Standard Webhooks.",
        subcommands: [
            WebhookCreate.self, WebhookList.self, WebhookShow.self, WebhookChange.self, WebhookRotate.self,
            WebhookTest.self, WebhookDeliveries.self, WebhookReplay.self, WebhookDisable.self, WebhookEnable.self,
            WebhookRemove.self,
        ])
}
