// SPDX-License-Identifier: Apache-2.0
internal import ArgumentParser
internal import BittingClient
internal import Wire

/// `bitting provider add`
struct ProviderAdd: Act {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Put providers of the catalogue in force.",
        discussion: "`bitting provider catalog` lists them. One that is there already is left as it is.")

    @Argument(help: "Names in the catalogue.")
    var names: [String]

    @Flag(help: "Replace the description of one that is there already.")
    var replace = false

    @OptionGroup var connection: Connection

    func run(in surroundings: Surroundings) async throws -> ExitStatus {
        var entries: [(name: String, json: JSON)] = []
        for name in names { entries.append((name, try Catalogue.entry(name).document().json)) }
        let desk = try connection.desk(in: surroundings)
        var items: [JSON] = []
        var isLeft = false
        for entry in entries {
            let path = Noun.providers.path + [entry.name]
            if !replace, let there = try await existing(path, desk) {
                desk.printer.note("\(entry.name) is there already; --replace describes it anew.")
                isLeft = true
                items.append(there)
            } else {
                items.append(try await desk.call("PUT", path, body: entry.json).json)
            }
        }
        desk.printer.list(items, of: Noun.providers, nextCursor: .null)
        return isLeft ? .refused : .done
    }

    private func existing(_ path: [String], _ desk: ManagementDesk) async throws -> JSON? {
        do {
            return try await desk.call("GET", path).json
        } catch let error as BittingError where error.status == 404 {
            return nil
        }
    }
}
