// SPDX-License-Identifier: Apache-2.0
internal import ArgumentParser

/// `bitting credential`
struct Credentials: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "credential",
        abstract: "The keys that others handed to you. Their values go in and never come out.",
        subcommands: [
            CredentialCreate.self, CredentialList.self, CredentialShow.self, CredentialUses.self,
        ])
}
