// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import ArgumentParser
internal import Wire

/// `bitting webhook replay`
struct WebhookReplay: PostAct {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Send a webhook again what was given up; or one message, or everything behind an event.")

    @Argument(help: "The webhook's id: wh_…")
    var id: WebhookID

    @Option(help: ArgumentHelp("Only the message of this event, from `deliveries`: evt_…", valueName: "id"))
    var event: EventID?

    @Option(help: ArgumentHelp("Everything behind this sequence number, taken or not.", valueName: "sequence"))
    var after: Int64?

    @OptionGroup var connection: Connection

    func validate() throws {
        guard event == nil || after == nil else { throw ValidationError("--event and --after exclude each other.") }
        guard after ?? 0 >= 0 else { throw ValidationError("--after must be 0 or more.") }
    }

    var path: [String] {
        Noun.webhooks.path + [id.description] + (event.map { ["deliveries", $0.description] } ?? []) + ["replay"]
    }

    func body(at surroundings: Surroundings) -> JSON? { after.map { ["after": .integer($0)] } }
}
