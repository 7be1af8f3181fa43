// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import ArgumentParser

/// `bitting integration show`
struct IntegrationShow: ShowAct {
    static let configuration = CommandConfiguration(commandName: "show", abstract: "Show one integration.")

    @Argument(help: "The integration's id: int_…")
    var id: IntegrationID

    @OptionGroup var connection: Connection

    var path: [String] { ["v1", "integrations", id.description] }
}
