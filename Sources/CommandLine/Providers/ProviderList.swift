// SPDX-License-Identifier: Apache-2.0
internal import ArgumentParser

/// `bitting provider list`
struct ProviderList: ListAct {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List the providers.")
    static let noun = Noun.providers

    @OptionGroup var pages: Pages
    @OptionGroup var connection: Connection
}
