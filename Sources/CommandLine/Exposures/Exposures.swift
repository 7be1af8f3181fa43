// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import ArgumentParser

/// `bitting exposure`
struct Exposures: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "exposure", abstract: "Who has seen which value.", subcommands: [ExposureList.self])
}

/// `bitting exposure list`
struct ExposureList: ListAct {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List who saw which value, the oldest first.",
        discussion: "With --user: all that this person has ever seen. With --credential: everybody who has seen it.")
    static let noun = Noun(
        plural: "exposures", path: ["v1", "exposures"],
        columns: [
            .time("AT", "at"), .value("KIND", "kind"), .value("CREDENTIAL", "credential"), .value("VERSION", "version"),
            .value("USER", "user"), .value("APP", "app"), .value("BY", "by"),
            .value("REASON", "reason", mayBeCut: true),
        ])

    /// How a value was seen.
    enum Kind: String, CaseIterable, ExpressibleByArgument, Sendable {
        case reveal, export, deposit, run
    }

    @Option(help: ArgumentHelp("By this user: usr_…", valueName: "id"))
    var user: UserID?

    @Option(help: ArgumentHelp("Of this credential: cred_…", valueName: "id"))
    var credential: CredentialID?

    @Option(help: ArgumentHelp("By this app: app_…", valueName: "id"))
    var app: AppID?

    @Option(help: ArgumentHelp("Of credentials of this account: acc_…", valueName: "id"))
    var account: AccountID?

    @Option(help: "Of this kind.")
    var kind: Kind?

    @Option(help: ArgumentHelp("From then on: 2026-01-31T00:00:00Z.", valueName: "time"))
    var since: Instant?

    @OptionGroup var pages: Pages
    @OptionGroup var connection: Connection

    var filters: [(name: String, value: String)] {
        given([
            "user": user?.description, "credential": credential?.description, "app": app?.description,
            "account": account?.description, "kind": kind?.rawValue, "since": since?.description,
        ])
    }
}
