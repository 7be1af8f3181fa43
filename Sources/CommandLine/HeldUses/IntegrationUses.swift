// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import ArgumentParser
internal import Wire

/// `bitting integration uses`
struct IntegrationUses: ListAct {
    static let configuration = CommandConfiguration(
        commandName: "uses",
        abstract: "Show how often an integration was called through over time, and how that ended.",
        discussion: "Hours are kept for two weeks, days for two years.")
    static let noun = Noun(
        plural: "calls", path: Noun.integrations.path,
        columns: [
            .time("AT", "at"), .value("STEP", "step"), .value("OUTCOME", "outcome"), .value("CALLS", "calls"),
        ])

    /// A length of time that counts are of.
    enum Step: String, CaseIterable, ExpressibleByArgument, Sendable {
        case hour, day
    }

    @Argument(help: "The integration's id: int_…")
    var id: IntegrationID

    @Option(help: ArgumentHelp("From then on: 2026-01-31T00:00:00Z.", valueName: "time"))
    var from: Instant?

    @Option(help: ArgumentHelp("Until before then; until now if not given.", valueName: "time"))
    var to: Instant?

    @Option(help: "How finely.")
    var step: Step = .hour

    @OptionGroup var pages: Pages
    @OptionGroup var connection: Connection

    var path: [String] { Noun.integrations.path + [id.description, "uses"] }

    var filters: [(name: String, value: String)] {
        given(["from": from?.description, "to": to?.description, "step": step.rawValue])
    }
}
