// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import ArgumentParser

/// `bitting credential versions`
struct CredentialVersions: ListAct {
    static let configuration = CommandConfiguration(
        commandName: "versions", abstract: "List the versions of a credential, the newest first, never their values.")
    static let noun = Noun(
        plural: "versions", path: Noun.credentials.path,
        columns: [
            .value("NUMBER", "number"), .value("STATE", "state"), .value("FINGERPRINT", "fingerprint"),
            .time("EXPIRES", "expires_at"), .time("CREATED", "created_at"),
        ])

    @Argument(help: "The credential's id: cred_…")
    var id: CredentialID

    @OptionGroup var pages: Pages
    @OptionGroup var connection: Connection

    var path: [String] { Noun.credentials.path + [id.description, "versions"] }
}
