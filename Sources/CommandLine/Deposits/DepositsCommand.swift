// SPDX-License-Identifier: Apache-2.0
internal import ArgumentParser

/// `bitting deposit`
struct DepositsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "deposit",
        abstract: "Have somebody hand in a key that nobody but the vault can read.",
        subcommands: [
            DepositInvite.self, DepositList.self, DepositShow.self, DepositWithdraw.self, DepositGive.self,
            DepositKeyList.self, DepositKeyRotate.self,
        ])
}
