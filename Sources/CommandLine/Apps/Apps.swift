// SPDX-License-Identifier: Apache-2.0
internal import ArgumentParser

/// `bitting app`
struct Apps: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "app", abstract: "The machines inside an account.",
        subcommands: [
            AppCreate.self, AppList.self, AppShow.self, AppChange.self, AppLock.self, AppUnlock.self,
            AppHeld.self,
        ])
}
