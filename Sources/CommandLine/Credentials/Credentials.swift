// SPDX-License-Identifier: Apache-2.0
internal import ArgumentParser

/// `bitting credential`
struct Credentials: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "credential",
        abstract: "The keys that others handed to you. Their values go in, and come out only to who may see them.",
        subcommands: [
            CredentialCreate.self, CredentialList.self, CredentialShow.self, CredentialChange.self, CredentialPut.self,
            CredentialVersions.self, CredentialPromote.self, CredentialRollBack.self, CredentialRetire.self,
            CredentialReveal.self, CredentialDelete.self, CredentialRestore.self,
            CredentialTest.self, CredentialUses.self,
        ])
}
