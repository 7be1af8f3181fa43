// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import ArgumentParser
internal import Wire

/// `bitting credential promote`
struct CredentialPromote: PostAct {
    static let configuration = CommandConfiguration(
        commandName: "promote", abstract: "Make the pending version current; the next lent call carries it.")

    @Argument(help: "The credential's id: cred_…")
    var id: CredentialID

    @OptionGroup var connection: Connection

    var path: [String] { Noun.credentials.path + [id.description, "promote"] }
}

/// `bitting credential rollback`
struct CredentialRollBack: PostAct {
    static let configuration = CommandConfiguration(
        commandName: "rollback", abstract: "Make the previous version current again.")

    @Argument(help: "The credential's id: cred_…")
    var id: CredentialID

    @OptionGroup var connection: Connection

    var path: [String] { Noun.credentials.path + [id.description, "rollback"] }
}

/// `bitting credential retire`
struct CredentialRetire: PostAct {
    static let configuration = CommandConfiguration(
        commandName: "retire", abstract: "End the previous version, or the pending one, and destroy its value.")

    @Argument(help: "The credential's id: cred_…")
    var id: CredentialID

    @Flag(help: "The pending one.")
    var pending = false

    @OptionGroup var connection: Connection

    var path: [String] { Noun.credentials.path + [id.description, "retire"] }

    func body(at surroundings: Surroundings) -> JSON? { ["state": pending ? "pending" : "previous"] }
}

/// `bitting credential delete`
struct CredentialDelete: PostAct {
    static let configuration = CommandConfiguration(
        commandName: "delete", abstract: "Stop lending a credential at once, and destroy its values after a while.")

    @Argument(help: "The credential's id: cred_…")
    var id: CredentialID

    @Option(help: ArgumentHelp("How long it can be restored: 7d; 0s destroys its values at once.", valueName: "length"))
    var recoverWithin: Length?

    @OptionGroup var connection: Connection

    var path: [String] { Noun.credentials.path + [id.description, "delete"] }

    func body(at surroundings: Surroundings) -> JSON? {
        .given(["recover_within": recoverWithin.map { .string($0.description) }])
    }
}

/// `bitting credential restore`
struct CredentialRestore: PostAct {
    static let configuration = CommandConfiguration(
        commandName: "restore", abstract: "Take the deletion of a credential back.")

    @Argument(help: "The credential's id: cred_…")
    var id: CredentialID

    @OptionGroup var connection: Connection

    var path: [String] { Noun.credentials.path + [id.description, "restore"] }
}
