// SPDX-License-Identifier: Apache-2.0
internal import ArgumentParser

/// `bitting user`
struct Users: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "user", abstract: "The people inside an account.",
        subcommands: [
            UserCreate.self, UserList.self, UserShow.self, UserChange.self, UserLock.self, UserUnlock.self,
        ])
}
