// SPDX-License-Identifier: Apache-2.0
internal import ArgumentParser

/// `bitting account`
struct Accounts: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "account", abstract: "The customers, clients or tenants that apps, users and keys belong to.",
        subcommands: [
            AccountCreate.self, AccountList.self, AccountShow.self, AccountChange.self, AccountLock.self,
            AccountUnlock.self, AccountErase.self,
        ])
}
