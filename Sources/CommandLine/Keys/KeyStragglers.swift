// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import ArgumentParser
internal import Wire

/// `bitting key stragglers`
struct KeyStragglers: Act {
    static let configuration = CommandConfiguration(
        commandName: "stragglers", abstract: "Show who still uses the old secret of a key that was rotated.")
    private static let noun = Noun(
        plural: "stragglers", path: Noun.keys.path,
        columns: [
            .value("ADDRESS", "address"), .value("USER AGENT", "user_agent", mayBeCut: true), .value("USES", "uses"),
            .time("FIRST USE", "first_at"), .time("LAST USE", "last_at"),
        ])

    @Argument(help: "The key's id: key_…")
    var id: KeyID

    @OptionGroup var connection: Connection

    func run(in surroundings: Surroundings) async throws -> ExitStatus {
        let desk = try connection.desk(in: surroundings)
        let path = Noun.keys.path + [id.description, "stragglers"]
        let answer = try await desk.call("GET", path, query: [("limit", "200")]).json
        guard !connection.json else {
            desk.printer.show(answer)
            return .done
        }
        guard let end = answer["retiring"]?["grace_expires_at"]?.asString else {
            desk.printer.note("No secret of this key is retiring.")
            return .done
        }
        let items = answer["items"]?.asArray ?? []
        if !items.isEmpty { desk.printer.list(items, of: Self.noun, nextCursor: .null) }
        desk.printer.note(items.isEmpty ? "Nobody uses the old secret, which stops at \(end)." : "It stops at \(end).")
        return .done
    }
}
