// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import ArgumentParser

/// `bitting integration resume`
struct IntegrationResume: PostAct {
    static let configuration = CommandConfiguration(
        commandName: "resume", abstract: "Lend through a paused integration again.")

    @Argument(help: "The integration's id: int_…")
    var id: IntegrationID

    @OptionGroup var connection: Connection

    var path: [String] { ["v1", "integrations", id.description, "resume"] }
}
