// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import ArgumentParser

/// `bitting integration revoke`
struct IntegrationRevoke: PostAct {
    static let configuration = CommandConfiguration(
        commandName: "revoke", abstract: "End an integration for good.")

    @Argument(help: "The integration's id: int_…")
    var id: IntegrationID

    @OptionGroup var connection: Connection

    var path: [String] { ["v1", "integrations", id.description, "revoke"] }
}
