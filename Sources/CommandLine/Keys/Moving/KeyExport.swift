// SPDX-License-Identifier: Apache-2.0
internal import ArgumentParser
internal import BittingClient
internal import Wire

/// `bitting key export`
struct KeyExport: Act {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Write all keys out, without their secrets.",
        discussion: "The filters are those of `bitting key list`.")

    /// What is written.
    enum Format: String, CaseIterable, ExpressibleByArgument, Sendable {
        case ndjson, csv
    }

    @Option(help: "What is written.")
    var format: Format = .ndjson

    @OptionGroup var filters: KeyFilters
    @OptionGroup var connection: Connection

    func run(in surroundings: Surroundings) async throws -> ExitStatus {
        let desk = try connection.desk(in: surroundings)
        let terminal = surroundings.terminal
        try await desk.client.download(
            Noun.keys.path + ["export"], query: [("format", format.rawValue)] + filters.chosen
        ) { terminal.write(.output, $0) }
        return .done
    }
}
