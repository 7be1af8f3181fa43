// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import ArgumentParser
internal import Wire

/// `bitting key retire`
struct KeyRetire: PostAct {
    static let configuration = CommandConfiguration(
        commandName: "retire", abstract: "Move the end of a secret that was rotated away: later, earlier, or now.")

    @Argument(help: "The key's id: key_…")
    var id: KeyID

    @Option(help: ArgumentHelp("How long from now it keeps working: 24h; 0s ends it at once.", valueName: "length"))
    var grace: Length

    @OptionGroup var connection: Connection

    var path: [String] { Noun.keys.path + [id.description, "retire"] }

    func body(at surroundings: Surroundings) -> JSON? { ["grace": .string(grace.description)] }
}
