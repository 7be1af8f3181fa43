// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import ArgumentParser
internal import Wire

/// `bitting webhook test`
struct WebhookTest: Act {
    static let configuration = CommandConfiguration(
        commandName: "test",
        abstract: "Send a webhook a message of type webhook.test; exits with 1 when it is not taken.")

    @Argument(help: "The webhook's id: wh_…")
    var id: WebhookID

    @OptionGroup var connection: Connection

    func run(in surroundings: Surroundings) async throws -> ExitStatus {
        let desk = try connection.desk(in: surroundings)
        let answer = try await desk.call("POST", Noun.webhooks.path + [id.description, "test"])
        desk.printer.show(answer.json)
        return answer.json["delivered"]?.asBool == true ? .done : .refused
    }
}
