// SPDX-License-Identifier: Apache-2.0
internal import ArgumentParser

/// `bitting keyspace list`
struct KeyspaceList: ListAct {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List the keyspaces.")
    static let noun = Noun.keyspaces

    @OptionGroup var pages: Pages
    @OptionGroup var connection: Connection
}
