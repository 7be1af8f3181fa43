// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import ArgumentParser

/// `bitting key stragglers`
struct KeyStragglers: ListAct {
    static let configuration = CommandConfiguration(
        commandName: "stragglers", abstract: "Who still uses the secret that a rotation replaced.")
    static let noun = Noun(
        plural: "stragglers", path: ["v1", "keys"],
        columns: [
            .value("ADDRESS", "address"),
            .value("USER AGENT", "user_agent", mayBeCut: true),
            .value("USES", "uses"),
            .time("FIRST USE", "first_at"),
            .time("LAST USE", "last_at"),
        ])

    @Argument(help: "The key's id: key_…")
    var id: KeyID

    @OptionGroup var pages: Pages
    @OptionGroup var connection: Connection

    var path: [String] { Self.noun.path + [id.description, "stragglers"] }
}
