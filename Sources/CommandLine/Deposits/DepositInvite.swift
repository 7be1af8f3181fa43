// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import ArgumentParser
internal import Wire

/// `bitting deposit invite`
struct DepositInvite: Act {
    static let configuration = CommandConfiguration(
        commandName: "invite", abstract: "Get an address at which somebody hands in a key, once.",
        discussion: """
            For a new credential give --account, --provider and --name; for the next version of one that is there, \
            --credential. Send the address to whoever has the key: by mail is good enough, it can hand in and read nothing.
            """)

    @Option(help: ArgumentHelp("The account the key is used for: acc_…", valueName: "id"))
    var account: AccountID?

    @Option(help: ArgumentHelp("The provider whose key it is.", valueName: "name"))
    var provider: String?

    @Option(help: "What people call it.")
    var name: String?

    @Option(help: ArgumentHelp("A setting of the provider, name=text; may be repeated.", valueName: "setting"))
    var setting: [String] = []

    @Option(help: ArgumentHelp("Instead: the credential whose next version it is: cred_…", valueName: "id"))
    var credential: CredentialID?

    @Flag(help: "The next version waits to be promoted.")
    var pending = false

    @Option(help: ArgumentHelp("What the invited person is told.", valueName: "text"))
    var note: String?

    @Option(help: ArgumentHelp("How long it is good: 24h, 7d; at most 90d. Default 7d.", valueName: "length"))
    var expiresIn: Length?

    @Option(help: .idempotencyKey)
    var idempotencyKey: String?

    @OptionGroup var connection: Connection

    func validate() throws {
        guard credential != nil || (account != nil && provider != nil && name != nil) else {
            throw ValidationError("Give --account, --provider and --name, or --credential.")
        }
    }

    func run(in surroundings: Surroundings) async throws -> ExitStatus {
        let desk = try connection.desk(in: surroundings)
        let made = try await desk.call(
            "POST", Noun.deposits.path, body: try body, idempotencyKey: idempotencyKey
        ).json
        guard !connection.json, let members = made.asObject, let url = made["url"]?.asString else {
            desk.printer.show(made)
            return .done
        }
        desk.printer.show(.object(members.filter { $0.name != "url" && $0.name != "ticket" }))
        surroundings.terminal.say("\nWhere the key is handed in; shown only now, and good once:")
        surroundings.terminal.say(PlainText.line(url))
        return .done
    }

    private var body: JSON {
        get throws {
            .given([
                "account": account.map { .string($0.description) }, "provider": provider.map(JSON.string),
                "name": name.map(JSON.string), "settings": try setting.isEmpty ? nil : settings,
                "credential": credential.map { .string($0.description) }, "version_state": pending ? "pending" : nil,
                "note": note.map(JSON.string), "expires_at": expiresIn.map { .string($0.description) },
            ])
        }
    }

    private var settings: JSON {
        get throws {
            .object(
                try setting.map { text in
                    let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                    guard parts.count == 2 else {
                        throw CommandFailure("--setting is not name=text.", fix: "Write it like shop=acme.")
                    }
                    return JSON.Member(name: String(parts[0]), value: .string(String(parts[1])))
                })
        }
    }
}
