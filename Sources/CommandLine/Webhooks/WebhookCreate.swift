// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import ArgumentParser
internal import Wire

/// `bitting webhook create`
struct WebhookCreate: Act {
    static let configuration = CommandConfiguration(
        commandName: "create", abstract: "Tell an address of events. The secret to check them with is shown once, now.")

    /// How messages are signed.
    enum Signing: String, CaseIterable, ExpressibleByArgument, Sendable {
        case hmac, ed25519
    }

    @Option(help: "Where messages are posted to: https://…")
    var to: String

    @Option(help: "What people call it.")
    var name: String?

    @Option(help: ArgumentHelp("Only events of this account: acc_…", valueName: "id"))
    var account: AccountID?

    @Option(
        help: ArgumentHelp(
            "Of what: key.revoke, key.*, *.lock; .refused behind it for refused acts; may be repeated. "
                + "Everything that was done, if not given.", valueName: "type"))
    var type: [String] = []

    @Option(help: "How messages are signed: with a shared secret, or so that the public key is enough.")
    var signing: Signing?

    @Option(help: ArgumentHelp("A PEM file with the only authority trusted there.", valueName: "file"))
    var certificateAuthority: String?

    @Option(help: .idempotencyKey)
    var idempotencyKey: String?

    @OptionGroup var connection: Connection

    func run(in surroundings: Surroundings) async throws -> ExitStatus {
        let desk = try connection.desk(in: surroundings)
        let body = JSON.given([
            "url": .string(to), "name": name.map { .string($0) },
            "account": account.map { .string($0.description) }, "types": type.unlessEmpty { .texts($0) },
            "signing": signing.map { .string($0.rawValue) },
            "certificate_authority": try AuthorityFile.json(certificateAuthority),
        ])
        let answer = try await desk.call("POST", Noun.webhooks.path, body: body, idempotencyKey: idempotencyKey)
        desk.show(webhook: answer, asJSON: connection.json, on: surroundings.terminal)
        return .done
    }
}

extension ManagementDesk {
    /// A webhook, and its secret on a line of its own.
    func show(webhook answer: Answer, asJSON: Bool, on terminal: Terminal) {
        guard !asJSON, let members = answer.json.asObject else { return printer.show(answer.json) }
        printer.show(.object(members.filter { $0.name != "secret" }), revision: answer.revision)
        guard let secret = answer.json["secret"]?.asString else { return }
        terminal.say("\nThe secret that messages are checked with, shown only now:")
        terminal.say(PlainText.line(secret))
    }
}
