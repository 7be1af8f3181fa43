// SPDX-License-Identifier: Apache-2.0
internal import ArgumentParser

/// `bitting event`
struct Events: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "event", abstract: "The audit trail: every change and every refusal.",
        subcommands: [
            EventList.self
        ])
}
