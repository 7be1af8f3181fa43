// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import ArgumentParser
internal import Wire

/// `bitting webhook rotate`
struct WebhookRotate: Act {
    static let configuration = CommandConfiguration(
        commandName: "rotate", abstract: "Give a webhook a new secret, shown once, now; both sign for a while.")

    @Argument(help: "The webhook's id: wh_…")
    var id: WebhookID

    @Option(
        help: ArgumentHelp(
            "How long the old secret signs too: 24h if not given; 0s for not at all.", valueName: "length"))
    var overlap: Length?

    @Option(help: .idempotencyKey)
    var idempotencyKey: String?

    @OptionGroup var connection: Connection

    func run(in surroundings: Surroundings) async throws -> ExitStatus {
        let desk = try connection.desk(in: surroundings)
        let answer = try await desk.call(
            "POST", Noun.webhooks.path + [id.description, "rotate"],
            body: .given(["overlap": overlap.map { .string($0.description) }]), idempotencyKey: idempotencyKey)
        desk.show(webhook: answer, asJSON: connection.json, on: surroundings.terminal)
        return .done
    }
}
