// SPDX-License-Identifier: Apache-2.0
internal import ArgumentParser
internal import Wire

/// `bitting key bulk`
struct KeyBulk: Act {
    static let configuration = CommandConfiguration(
        commandName: "bulk", abstract: "Create, update, revoke, disable and enable many keys at once.",
        discussion: """
            The file holds one operation a line, as JSON: {"op":"create","keyspace":…}, {"op":"revoke","id":"key_…","reason":"unused"}.
            A result is printed for each, one a line, new secrets included. A thousand share a call and its transaction.
            """)

    @Argument(help: "The file; - for standard input.")
    var file: String

    @Option(help: .idempotencyKey)
    var idempotencyKey: String?

    @OptionGroup var connection: Connection

    /// How many operations a call takes.
    private static let slice = 1000

    func run(in surroundings: Surroundings) async throws -> ExitStatus {
        let desk = try connection.desk(in: surroundings)
        let operations = try operations(surroundings.terminal)
        var refused = 0
        for start in stride(from: 0, to: operations.count, by: KeyBulk.slice) {
            let part = operations[start..<min(start + KeyBulk.slice, operations.count)]
            let results =
                try await desk.call(
                    "POST", Noun.keys.path + ["bulk"], body: ["operations": .array(part.map(\.operation))],
                    idempotencyKey: idempotencyKey.map { start == 0 ? $0 : "\($0)-\(start / KeyBulk.slice + 1)" }
                ).json["results"]?.asArray ?? []
            for (operation, result) in zip(part, results) {
                refused += result["problem"] == nil ? 0 : 1
                let line = JSON.Member(name: "line", value: .integer(Int64(operation.line)))
                surroundings.terminal.say(JSON.object([line] + (result.asObject ?? [])).text)
            }
        }
        desk.printer.note("\(operations.count - refused) done, \(refused) refused")
        return refused == 0 ? .done : .refused
    }

    private func operations(_ terminal: Terminal) throws -> [(line: Int, operation: JSON)] {
        var lines = try TextLines(file, terminal)
        defer { lines.close() }
        var operations: [(Int, JSON)] = []
        while let line = try lines.next() {
            guard line.contains(where: { $0 != 0x20 && $0 != 0x09 }) else { continue }
            guard let operation = try? JSON.parse(line), operation.asObject != nil else {
                throw CommandFailure("Line \(lines.count) is not a JSON object.", fix: "Write one operation a line.")
            }
            operations.append((lines.count, operation))
        }
        return operations
    }
}
