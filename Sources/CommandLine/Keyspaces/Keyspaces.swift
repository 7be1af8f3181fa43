// SPDX-License-Identifier: Apache-2.0
internal import ArgumentParser

/// `bitting keyspace`
struct Keyspaces: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keyspace", abstract: "The sets of keys for your APIs: prefix, environment, lifetime.",
        subcommands: [
            KeyspaceCreate.self, KeyspaceList.self, KeyspaceShow.self, KeyspaceChange.self,
        ])
}
