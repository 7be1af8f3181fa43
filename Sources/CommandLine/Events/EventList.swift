// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import ArgumentParser
internal import Wire

/// `bitting event list`
struct EventList: Act {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the audit trail, oldest first.",
        discussion: """
            `bitting event list --all --json > trail.json` is what `bitting audit verify trail.json` checks. With
            --follow it goes on until it is interrupted, and --json prints one event a line.
            """)

    @Option(help: ArgumentHelp("Those behind this sequence number.", valueName: "sequence"))
    var after: Int64 = 0

    @Option(help: "About this account: acc_…")
    var account: AccountID?

    @Option(help: "With this action: key.revoke, …")
    var action: String?

    @Option(
        help: ArgumentHelp(
            "Of this type: key.revoke, key.*, *.lock; .refused behind it for refused acts; may be repeated.",
            valueName: "type"))
    var type: [String] = []

    @Option(help: ArgumentHelp("At most so many events, 1 to 200.", valueName: "count"))
    var limit: Int = 50

    @Flag(help: "Every event, not only the first page.")
    var all = false

    @Flag(help: "Print what there is, then what comes, as it comes.")
    var follow = false

    @OptionGroup var connection: Connection

    func validate() throws {
        guard after >= 0 else { throw ValidationError("--after must be 0 or more.") }
        guard (1...200).contains(limit) else { throw ValidationError("--limit must be from 1 to 200.") }
    }

    func run(in surroundings: Surroundings) async throws -> ExitStatus {
        let desk = try connection.desk(in: surroundings)
        return try await follow ? followed(desk, surroundings) : listed(desk)
    }

    private var filters: [(name: String, value: String)] {
        given([
            "account": account?.description, "action": action,
            "type": type.isEmpty ? nil : type.joined(separator: ","),
        ])
    }

    private func listed(_ desk: ManagementDesk) async throws -> ExitStatus {
        var page = try await desk.events(after: after, limit: all ? 200 : limit, filters: filters)
        var items = page.items
        while all, let next = page.next {
            page = try await desk.events(after: next, limit: 200, filters: filters)
            items += page.items
        }
        guard connection.json || !items.isEmpty else {
            desk.printer.note("No events.")
            return .done
        }
        desk.printer.list(items, of: .events, nextCursor: page.next.map { .string(String($0)) } ?? .null)
        if !connection.json, let next = page.next { desk.printer.note("There are more: --all, or --after \(next)") }
        return .done
    }

    private func followed(_ desk: ManagementDesk, _ surroundings: Surroundings) async throws -> ExitStatus {
        var last = after
        var isFirst = true
        while !Task.isCancelled {
            let page = try await desk.events(after: last, limit: 200, filters: filters + [("wait", Self.waits)])
            if !page.items.isEmpty {
                desk.printer.stream(page.items, of: .events, heading: isFirst)
                isFirst = false
            }
            last = page.next ?? page.items.last?["sequence"]?.asInteger ?? last
            // A server that is about to stop answers at once.
            if page.items.isEmpty { try await surroundings.pause(.seconds(1)) }
        }
        return .done
    }

    /// How long the server may hold a call that it has nothing for.
    private static let waits = "20s"
}

extension ManagementDesk {
    /// A page of the trail, and behind which event it goes on.
    func events(
        after: Int64, limit: Int, filters: [(name: String, value: String)]
    ) async throws -> (items: [JSON], next: Int64?) {
        let query = [("after", String(after)), ("limit", String(limit))] + filters
        let page = try await call("GET", Noun.events.path, query: query).json
        let items = page["items"]?.asArray ?? []
        let next = page["next_cursor"]?.asString.flatMap { Int64($0) }
        // A cursor that leads no further would lead there for ever.
        return (items, next.flatMap { $0 > after ? $0 : nil })
    }
}
