// SPDX-License-Identifier: Apache-2.0
internal import ArgumentParser
internal import Wire

/// `bitting provider catalog`
struct ProviderCatalog: Act {
    static let configuration = CommandConfiguration(
        commandName: "catalog", abstract: "List the providers that ship with this program, or print the file of one.",
        discussion: """
            Put one in force with `bitting provider add`. Where yours differs, print its file, change it, and put that:
              bitting provider catalog mailgun > mailgun-eu.yaml
              bitting provider put mailgun-eu mailgun-eu.yaml
            """)

    @Argument(help: "Print the file of this one.")
    var name: String?

    @Flag(help: "Print JSON.")
    var json = false

    private static let columns: [Column] = [
        .value("NAME", "name"), .value("TITLE", "title"), .value("ORIGINS", "origins", mayBeCut: true),
    ]

    func run(in surroundings: Surroundings) throws -> ExitStatus {
        let printer = Printer(terminal: surroundings.terminal, asJSON: json)
        if let name {
            let entry = try Catalogue.entry(name)
            guard !json else {
                printer.json(try entry.document().json)
                return .done
            }
            surroundings.terminal.write(.output, entry.bytes)
            return .done
        }
        var items: [JSON] = []
        for entry in Catalogue.entries {
            let members = try entry.document().json.asObject ?? []
            items.append(.object([.init(name: "name", value: .string(entry.name))] + members))
        }
        printer.list(
            items, of: Noun(plural: "providers", path: [], columns: ProviderCatalog.columns), nextCursor: .null)
        return .done
    }
}
