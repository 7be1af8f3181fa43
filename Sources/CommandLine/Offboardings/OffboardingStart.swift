// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import ArgumentParser
internal import Wire

/// `bitting offboarding start`
struct OffboardingStart: PostAct {
    static let configuration = CommandConfiguration(
        commandName: "start", abstract: "Offboard an account, an app or a user.",
        discussion: """
            At once nothing new is made for the party and its keys are refused. Then its issued keys are revoked, its \
            integrations cut, and each held key tied to it is rotated: all of an account, those that an app or a user has \
            seen. With --dry-run only the plan is printed.
            """)

    @Argument(help: "acc_…, app_… or usr_…")
    var subject: OwnerID

    @Option(help: ArgumentHelp("By when; default 24h.", valueName: "length"))
    var deadline: Length?

    @Option(help: ArgumentHelp("Why.", valueName: "text"))
    var reason: String?

    @Flag(help: "Disable issued keys, and do not revoke them.")
    var lockKeys = false

    @Option(help: ArgumentHelp("Who owns from now on the keys that outlive the party.", valueName: "owner"))
    var transferTo: OwnerID?

    @Option(help: ArgumentHelp("A key that outlives it: key_…; may be repeated.", valueName: "id"))
    var transferKey: [KeyID] = []

    @Option(help: ArgumentHelp("Who makes new keys by hand: usr_…", valueName: "id"))
    var assignee: UserID?

    @Option(help: ArgumentHelp("Destroy the account's data keys so long after the end.", valueName: "length"))
    var eraseAfter: Length?

    @Flag(help: "Print what would be done.")
    var dryRun = false

    @OptionGroup var connection: Connection

    var path: [String] { Noun.offboardings.path }

    func validate() throws {
        guard (transferTo == nil) == transferKey.isEmpty else {
            throw ValidationError("Give --transfer-to and --transfer-key together.")
        }
    }

    func body(at surroundings: Surroundings) -> JSON? {
        .given([
            "subject": ["type": .string(subject.type.rawValue), "id": .string(subject.description)],
            "deadline": deadline.map { .string($0.description) }, "reason": reason.map(JSON.string),
            "keys": lockKeys ? "lock" : nil,
            "transfer": transferTo.map { ["to": .string($0.description), "keys": .texts(transferKey)] },
            "assignee": assignee.map { .string($0.description) },
            "erase_after": eraseAfter.map { .string($0.description) }, "dry_run": dryRun ? true : nil,
        ])
    }
}
