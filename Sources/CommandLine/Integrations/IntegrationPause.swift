// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import ArgumentParser

/// `bitting integration pause`
struct IntegrationPause: PostAct {
    static let configuration = CommandConfiguration(
        commandName: "pause", abstract: "Stop lending through an integration until it is resumed.")

    @Argument(help: "The integration's id: int_…")
    var id: IntegrationID

    @OptionGroup var connection: Connection

    var path: [String] { ["v1", "integrations", id.description, "pause"] }
}
