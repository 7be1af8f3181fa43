// SPDX-License-Identifier: Apache-2.0
internal import ArgumentParser

/// `bitting integration`
struct Integrations: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "integration", abstract: "The permissions of apps to use credentials: which methods, which paths.",
        subcommands: [
            IntegrationCreate.self, IntegrationList.self, IntegrationShow.self, IntegrationChange.self,
            IntegrationPause.self, IntegrationResume.self, IntegrationRevoke.self,
            IntegrationUses.self,
        ])
}
