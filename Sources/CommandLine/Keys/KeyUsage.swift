// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import ArgumentParser

/// `bitting key usage`
struct KeyUsage: ListAct {
    static let configuration = CommandConfiguration(
        commandName: "usage", abstract: "Show how often a key was used over time, and how its uses ended.",
        discussion: "Minutes are kept for three hours, hours for two weeks, days for two years.")
    static let noun = Noun(
        plural: "uses", path: Noun.keys.path,
        columns: [
            .time("AT", "at"), .value("STEP", "step"), .value("CODE", "code"), .value("USES", "uses"),
            .value("COST", "cost"),
        ])

    /// A length of time that counts are of.
    enum Step: String, CaseIterable, ExpressibleByArgument, Sendable {
        case minute, hour, day
    }

    @Argument(help: "The key's id: key_…")
    var id: KeyID

    @Option(help: ArgumentHelp("From then on: 2026-01-31T00:00:00Z.", valueName: "time"))
    var from: Instant?

    @Option(help: ArgumentHelp("Until before then; until now if not given.", valueName: "time"))
    var to: Instant?

    @Option(help: "How finely.")
    var step: Step = .hour

    @Option(help: ArgumentHelp("Only uses that ended so: valid, rate_limited, …", valueName: "code"))
    var code: String?

    @Option(help: "Only uses under this tag.")
    var tag: String?

    @OptionGroup var pages: Pages
    @OptionGroup var connection: Connection

    var path: [String] { Noun.keys.path + [id.description, "usage"] }

    var filters: [(name: String, value: String)] {
        given([
            "from": from?.description, "to": to?.description, "step": step.rawValue, "code": code, "tag": tag,
        ])
    }
}
