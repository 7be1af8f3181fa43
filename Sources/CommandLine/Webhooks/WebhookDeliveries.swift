// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import ArgumentParser
internal import Wire

/// `bitting webhook deliveries`
struct WebhookDeliveries: Act {
    static let configuration = CommandConfiguration(
        commandName: "deliveries", abstract: "List the messages that a webhook did not take: waiting, or given up.")

    /// What becomes of a message.
    enum State: String, CaseIterable, ExpressibleByArgument, Sendable {
        case waiting, dead
    }

    @Argument(help: "The webhook's id: wh_…")
    var id: WebhookID

    @Option(help: "In this state.")
    var state: State?

    @Option(help: ArgumentHelp("Those of events behind this sequence number.", valueName: "sequence"))
    var after: Int64 = 0

    @Option(help: ArgumentHelp("At most so many, 1 to 200.", valueName: "count"))
    var limit: Int = 50

    @OptionGroup var connection: Connection

    func validate() throws {
        guard after >= 0 else { throw ValidationError("--after must be 0 or more.") }
        guard (1...200).contains(limit) else { throw ValidationError("--limit must be from 1 to 200.") }
    }

    func run(in surroundings: Surroundings) async throws -> ExitStatus {
        let desk = try connection.desk(in: surroundings)
        let query = given(["after": String(after), "limit": String(limit), "state": state?.rawValue])
        let page = try await desk.call(
            "GET", Noun.webhooks.path + [id.description, "deliveries"], query: query
        ).json
        let items = page["items"]?.asArray ?? []
        let next = page["next_cursor"] ?? .null
        guard connection.json || !items.isEmpty else {
            desk.printer.note("No deliveries: everything was taken.")
            return .done
        }
        desk.printer.list(items, of: .deliveries, nextCursor: next)
        if !connection.json, let next = next.asString { desk.printer.note("There are more: --after \(next)") }
        return .done
    }
}
