// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import ArgumentParser
internal import HeldKeys
internal import Wire

extension RotationGuide.Kind: ExpressibleByArgument {}
extension RotationReason: ExpressibleByArgument {}

/// `bitting rotation start`
struct RotationStart: PostAct {
    static let configuration = CommandConfiguration(
        commandName: "start", abstract: "Replace a held key.",
        discussion: """
            The rest happens by itself, as far as it can: a new key is made and tested, carried by a share of the calls and \
            then by all, and the former one is deleted and seen to be dead. `bitting rotation show` says what a person has \
            to do. With --dry-run nothing is begun; every request that would be made is printed.
            """)

    @Argument(help: "The credential's id: cred_…")
    var credential: CredentialID

    @Option(help: "Who makes the new key; default as the provider's description says.")
    var kind: RotationGuide.Kind?

    @Option(help: "Why.")
    var reason: RotationReason?

    @Option(help: ArgumentHelp("The provider's id of the key that is replaced.", valueName: "id"))
    var formerKey: String?

    @Option(help: ArgumentHelp("When it has to be over: 24h, 7d.", valueName: "length"))
    var due: Length?

    @Flag(help: "Print what would be done.")
    var dryRun = false

    @Option(help: .idempotencyKey)
    var idempotencyKey: String?

    @OptionGroup var terms: RotationTermsOptions
    @OptionGroup var connection: Connection

    var path: [String] { Noun.credentials.path + [credential.description, "rotations"] }

    func body(at surroundings: Surroundings) -> JSON? {
        let own = JSON.given([
            "kind": kind.map { .string($0.rawValue) }, "reason": reason.map { .string($0.rawValue) },
            "former_key": formerKey.map(JSON.string), "due_at": due.map { .string($0.description) },
            "dry_run": dryRun ? true : nil,
        ])
        return .object((own.asObject ?? []) + terms.members)
    }
}
