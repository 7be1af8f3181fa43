// SPDX-License-Identifier: Apache-2.0
internal import ArgumentParser

/// `bitting offboarding`
struct OffboardingsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "offboarding",
        abstract: "End a relationship with an account, an app or a user, with a deadline and a proof.",
        subcommands: [
            OffboardingStart.self, OffboardingList.self, OffboardingShow.self, OffboardingItems.self,
            OffboardingWatch.self, OffboardingCancel.self, OffboardingReportGet.self, OffboardingVerify.self,
        ])
}
