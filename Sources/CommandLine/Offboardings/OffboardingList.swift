// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import ArgumentParser
internal import Wire

/// `bitting offboarding list`
struct OffboardingList: ListAct {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List offboardings.")
    static let noun = Noun.offboardings

    /// Where an offboarding is.
    enum State: String, CaseIterable, ExpressibleByArgument, Sendable { case planning, running, done, cancelled }

    @Option(help: ArgumentHelp("Of this account and in it: acc_…", valueName: "id"))
    var account: AccountID?

    @Option(help: "In this state.")
    var state: State?

    @OptionGroup var pages: Pages
    @OptionGroup var connection: Connection

    var filters: [(name: String, value: String)] {
        given(["account": account?.description, "state": state?.rawValue])
    }
}

/// `bitting offboarding show`
struct OffboardingShow: ShowAct {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show how far an offboarding is, and who is waited for.")

    @Argument(help: "The offboarding's id: off_…")
    var id: OffboardingID

    @OptionGroup var connection: Connection

    var path: [String] { Noun.offboardings.path + [id.description] }
}

/// `bitting offboarding items`
struct OffboardingItems: Act {
    static let configuration = CommandConfiguration(commandName: "items", abstract: "List what ends, or changes hands.")

    /// How far an item has come.
    enum State: String, CaseIterable, ExpressibleByArgument, Sendable { case planned, waiting, done, kept }

    @Argument(help: "The offboarding's id: off_…")
    var id: OffboardingID

    @Option(help: "In this state.")
    var state: State?

    @OptionGroup var pages: Pages
    @OptionGroup var connection: Connection

    func run(in surroundings: Surroundings) async throws -> ExitStatus {
        let noun = Noun.items(of: id.description)
        let filters = state.map { [(name: "state", value: $0.rawValue)] } ?? []
        return try await connection.desk(in: surroundings).printList(
            noun, at: noun.path, filters: filters, pages: pages)
    }
}

/// `bitting offboarding cancel`
struct OffboardingCancel: PostAct {
    static let configuration = CommandConfiguration(
        commandName: "cancel", abstract: "End an offboarding before its end: what is dead stays dead, the rest thaws.")

    @Argument(help: "The offboarding's id: off_…")
    var id: OffboardingID

    @Option(help: ArgumentHelp("Why.", valueName: "text"))
    var reason: String?

    @OptionGroup var connection: Connection

    var path: [String] { Noun.offboardings.path + [id.description, "cancel"] }

    func body(at surroundings: Surroundings) -> JSON? { .given(["reason": reason.map(JSON.string)]) }
}
