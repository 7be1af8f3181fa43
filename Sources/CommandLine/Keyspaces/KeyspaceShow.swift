// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import ArgumentParser

/// `bitting keyspace show`
struct KeyspaceShow: ShowAct {
    static let configuration = CommandConfiguration(commandName: "show", abstract: "Show one keyspace.")

    @Argument(help: "The keyspace's id: ks_…")
    var id: KeyspaceID

    @OptionGroup var connection: Connection

    var path: [String] { ["v1", "keyspaces", id.description] }
}
