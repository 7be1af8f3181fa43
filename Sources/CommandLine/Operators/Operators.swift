// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import ArgumentParser
internal import Wire

/// `bitting operator`
struct Operators: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "operator", abstract: "The people who run this installation, and what each may do.",
        subcommands: [OperatorAdd.self, OperatorList.self, OperatorRemove.self])
}

/// `bitting operator add`
struct OperatorAdd: Act {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Add a person, and print their management key, once.",
        discussion: """
            owner: everything. admin: everything but seeing held values. manager: for some accounts, grants and revokes
            integrations, puts values in and replaces them, sees none. auditor: reads.
            They sign in with their key in BITTING_KEY.
            """)

    /// What a person may do.
    enum Role: String, CaseIterable, ExpressibleByArgument, Sendable {
        case owner, admin, manager, auditor
    }

    @Option(help: "The person's name.")
    var name: String

    @Option(help: "The person's address.")
    var email: String?

    @Option(help: "What they may do.")
    var role: Role

    @Option(help: ArgumentHelp("For a manager: an account they are for, acc_…; may be repeated.", valueName: "id"))
    var account: [AccountID] = []

    @Option(help: .idempotencyKey)
    var idempotencyKey: String?

    @OptionGroup var connection: Connection

    func run(in surroundings: Surroundings) async throws -> ExitStatus {
        let desk = try connection.desk(in: surroundings)
        let person = try await desk.call(
            "POST", OperatorList.noun.path, body: body, idempotencyKey: idempotencyKey
        ).json
        guard !connection.json, let members = person.asObject, let secret = person["secret"]?.asString else {
            desk.printer.show(person)
            return .done
        }
        desk.printer.show(.object(members.filter { $0.name != "secret" }))
        surroundings.terminal.say("\nTheir management key, shown only now; Bitting keeps no copy of it:")
        surroundings.terminal.say(PlainText.line(secret))
        return .done
    }

    private var body: JSON {
        .given([
            "name": .string(name), "email": email.map(JSON.string), "role": .string(role.rawValue),
            "accounts": account.unlessEmpty { .texts($0) },
        ])
    }
}

/// `bitting operator list`
struct OperatorList: ListAct {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List the people and their roles.")
    static let noun = Noun(
        plural: "operators", path: ["v1", "operators"],
        columns: [
            .value("ID", "id"), .value("NAME", "name", mayBeCut: true), .value("ROLE", "role"),
            .value("ACCOUNTS", "accounts"), .value("KEY", "key"), .time("ADDED", "created_at"),
            .time("REMOVED", "removed_at"),
        ])

    @OptionGroup var pages: Pages
    @OptionGroup var connection: Connection
}

/// `bitting operator remove`
struct OperatorRemove: PostAct {
    static let configuration = CommandConfiguration(
        commandName: "remove", abstract: "Revoke all management keys of a person.")

    @Argument(help: "The person's id: usr_…")
    var id: UserID

    @OptionGroup var connection: Connection

    var path: [String] { OperatorList.noun.path + [id.description, "remove"] }
}
