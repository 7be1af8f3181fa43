// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import ArgumentParser
internal import BittingClient
internal import Wire

/// `bitting key create`
struct KeyCreate: Act {
    static let configuration = CommandConfiguration(
        commandName: "create", abstract: "Issue a key. Its secret is shown once, now.")

    @Option(help: "The keyspace's name or id.")
    var keyspace: String

    @Option(help: ArgumentHelp("Whose key it is: acc_…, app_… or usr_…", valueName: "id"))
    var owner: OwnerID

    @Option(help: "What people call it.")
    var name: String

    @Option(help: ArgumentHelp("Something it may do, resource:action; may be repeated.", valueName: "scope"))
    var scope: [Scope] = []

    @Option(
        help: ArgumentHelp(
            "For a management key: an account that is all it may see; may be repeated.", valueName: "id"))
    var bindAccount: [AccountID] = []

    @Flag(help: "Throw its secret away unseen: it works only for machines that sign in; see sign-in-rule.")
    var secretless = false

    @Option(help: .idempotencyKey)
    var idempotencyKey: String?

    @OptionGroup var terms: KeyTerms
    @OptionGroup var connection: Connection

    func run(in surroundings: Surroundings) async throws -> ExitStatus {
        let desk = try connection.desk(in: surroundings)
        let body = JSON.object(members + terms.members(at: surroundings.now()))
        let key = try await desk.call(
            "POST", Noun.keys.path, body: body, idempotencyKey: idempotencyKey
        ).json
        guard !connection.json, let members = key.asObject, let secret = key["secret"]?.asString else {
            desk.printer.show(key)
            return .done
        }
        desk.printer.show(.object(members.filter { $0.name != "secret" }))
        surroundings.terminal.say(
            idempotencyKey == nil
                ? "\nThe secret, shown only now; Bitting keeps no copy of it:"
                : "\nThe secret; for an hour the same command shows it again, then Bitting has no copy of it:")
        surroundings.terminal.say(PlainText.line(secret))
        return .done
    }

    private var members: [JSON.Member] {
        JSON.given([
            "keyspace": .string(keyspace),
            "owner": ["type": .string(owner.type.rawValue), "id": .string(owner.description)],
            "name": .string(name), "scopes": .texts(scope), "bound_accounts": bindAccount.unlessEmpty { .texts($0) },
            "secretless": secretless ? true : nil,
        ]).asObject ?? []
    }
}
