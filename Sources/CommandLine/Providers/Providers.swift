// SPDX-License-Identifier: Apache-2.0
internal import ArgumentParser

/// `bitting provider`
struct Providers: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "provider", abstract: "The services whose keys are held, described as data.",
        subcommands: [
            ProviderAdd.self, ProviderCatalog.self, ProviderCheck.self, ProviderPut.self, ProviderList.self,
            ProviderShow.self,
        ])
}
