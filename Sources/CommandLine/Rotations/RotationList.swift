// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import ArgumentParser
internal import HeldKeys

extension Rotation.Stage: ExpressibleByArgument {}

/// `bitting rotation list`
struct RotationList: ListAct {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List rotations.")
    static let noun = Noun.rotations

    @Option(help: ArgumentHelp("Of this account: acc_…", valueName: "id"))
    var account: AccountID?

    @Option(help: ArgumentHelp("Of this credential: cred_…", valueName: "id"))
    var credential: CredentialID?

    @Option(help: ArgumentHelp("At this provider.", valueName: "name"))
    var provider: String?

    @Option(help: ArgumentHelp("That this user does by hand: usr_…", valueName: "id"))
    var assignee: UserID?

    @Option(help: "In this stage.")
    var stage: Rotation.Stage?

    @Flag(help: "Only those that go on.")
    var open = false

    @OptionGroup var pages: Pages
    @OptionGroup var connection: Connection

    var filters: [(name: String, value: String)] {
        given([
            "account": account?.description, "credential": credential?.description, "provider": provider,
            "assignee": assignee?.description, "stage": stage?.rawValue, "over": open ? "false" : nil,
        ])
    }
}

/// `bitting rotation show`
struct RotationShow: ShowAct {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show how far a rotation is, and what a person has to do.")

    @Argument(help: "The rotation's id: rot_…")
    var id: RotationID

    @OptionGroup var connection: Connection

    var path: [String] { Noun.rotations.path + [id.description] }
}
