// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import ArgumentParser

/// `bitting credential show`
struct CredentialShow: ShowAct {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show one credential and its versions, never its value.")

    @Argument(help: "The credential's id: cred_…")
    var id: CredentialID

    @OptionGroup var connection: Connection

    var path: [String] { ["v1", "credentials", id.description] }
}
