// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import ArgumentParser
internal import BittingClient
internal import Wire

/// `bitting key import`
struct KeyImport: Act {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "Take in keys that were made elsewhere; they work on as they are.",
        discussion: """
            ndjson: one item a line, as POST /v1/keys/import takes them.
            csv: a table with a head line; its columns are the API's fields (secret or digest, name, owner or external_id,
            scopes, expires_at, …) or metadata.<name>; others are named with --column.
            unkey: one key of Unkey's a line, as JSON: the columns of its table keys, or its API's answers with the hash.
            Importing again is safe: what is here already is passed over.
            """)

    /// What a file holds.
    enum Format: String, CaseIterable, ExpressibleByArgument, Sendable {
        case ndjson, csv, unkey
    }

    @Argument(help: "The file; - for standard input.")
    var file: String

    @Option(help: "What the file holds.")
    var from: Format = .ndjson

    @Option(help: "The keyspace of rows that name none, by name or id.")
    var keyspace: String?

    @Option(help: ArgumentHelp("Whose the keys are whose rows say nothing: acc_…, app_… or usr_…", valueName: "id"))
    var owner: OwnerID?

    @Option(
        help: ArgumentHelp("Something that keys may do whose rows say nothing; may be repeated.", valueName: "scope"))
    var scope: [Scope] = []

    @Option(
        help: ArgumentHelp("What a column of a table is; nothing behind = leaves it out.", valueName: "theirs=ours"))
    var column: [String] = []

    @Flag(help: "Open an account for each external id that has none.")
    var openAccounts = false

    @OptionGroup var connection: Connection

    /// How many rows share a call.
    private static let slice = 2000

    func run(in surroundings: Surroundings) async throws -> ExitStatus {
        let desk = try connection.desk(in: surroundings)
        var lines = try TextLines(file, surroundings.terminal)
        defer { lines.close() }
        var rows = try rows(at: surroundings.now())
        var owners = OwnerLookup(desk: desk, opensAccounts: openAccounts)
        var tally = ImportTally(printer: desk.printer)
        var waiting: [(line: Int, item: JSON)] = []
        while let (line, row) = try rows.next(&lines) {
            do {
                waiting.append((line, try await item(try row.get(), &owners)))
            } catch let fault as RowFault {
                tally.add(fault, line: line)
            }
            if waiting.count == KeyImport.slice { try await send(&waiting, desk, &tally) }
        }
        try await send(&waiting, desk, &tally)
        return tally.close()
    }

    private func rows(at now: Instant) throws -> any ImportRows {
        switch from {
        case .ndjson: return ItemRows()
        case .unkey: return ItemRows { json throws(RowFault) in try UnkeyRow(json).row(at: now) }
        case .csv:
            var names: [String: String] = [:]
            for pair in column {
                let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                guard parts.count == 2 else {
                    throw CommandFailure("--column \(pair) has no =.", fix: "Write --column theirs=ours.")
                }
                names[String(parts[0])] = String(parts[1])
            }
            return CSVRows(renamed: names)
        }
    }

    /// The row as it is sent, completed with what the flags say.
    private func item(_ row: ImportRow, _ owners: inout OwnerLookup) async throws -> JSON {
        var row = row
        if let externalID = row.externalID, row["owner"] == nil {
            row.set("owner", try await owners.owner(externalID))
        }
        if row["owner"] == nil { row.set("owner", owner.map(RowText.owner)) }
        if row["keyspace"] == nil { row.set("keyspace", keyspace.map(JSON.string)) }
        if row["scopes"] == nil { row.set("scopes", .texts(scope)) }
        return .object(row.members)
    }

    private func send(
        _ waiting: inout [(line: Int, item: JSON)], _ desk: ManagementDesk, _ tally: inout ImportTally
    ) async throws {
        guard !waiting.isEmpty else { return }
        let body = waiting.map { $0.item.text + "\n" }.joined()
        let results = try await desk.lines("POST", Noun.keys.path + ["import"], body: Array(body.utf8))
        for result in results {
            guard let number = result["line"]?.asInteger, waiting.indices.contains(Int(number) - 1) else { continue }
            tally.add(result, line: waiting[Int(number) - 1].line)
        }
        guard results.last?["done"] == true else {
            throw CommandFailure(
                "The import was cut short: \(results.last?["problem"]?["detail"]?.asString ?? "no reason was given").",
                fix: "Import the same file again; what is here already is passed over.")
        }
        waiting.removeAll(keepingCapacity: true)
    }
}

extension ManagementDesk {
    /// Sends one JSON value a line and reads the answer's lines; a refusal of the whole is thrown.
    fileprivate func lines(_ method: String, _ path: [String], body: [UInt8]) async throws -> [JSON] {
        let response = try await client.call(method, path, body: body, contentType: "application/x-ndjson").accepted()
        return response.body.split(separator: 0x0A).compactMap { try? JSON.parse(Array($0)) }
    }
}
