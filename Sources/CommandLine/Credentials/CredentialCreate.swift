// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import ArgumentParser
internal import Wire

/// `bitting credential create`
struct CredentialCreate: PostAct {
    static let configuration = CommandConfiguration(
        commandName: "create", abstract: "Put a key that somebody handed to you into the vault.",
        usage:
            "bitting credential create --account <id> --provider <name> --name <name> [--part <name> …] [--setting <name=value> …] [--expires-at <time>] [--idempotency-key <text>] [--url <url>] [--json]",
        discussion: "Its value is read from standard input, or asked for on a terminal; never from an argument.")

    @Option(help: ArgumentHelp("The account it is used for: acc_…", valueName: "id"))
    var account: AccountID

    @Option(help: ArgumentHelp("The provider that handed it out.", valueName: "name"))
    var provider: String

    @Option(help: "What people call it.")
    var name: String

    @Option(help: .idempotencyKey)
    var idempotencyKey: String?

    @OptionGroup var expiry: Expiry
    @OptionGroup var input: ValueInput
    @OptionGroup var connection: Connection

    var path: [String] { Noun.credentials.path }

    func body(at surroundings: Surroundings) throws -> JSON? {
        .given([
            "account": .string(account.description), "provider": .string(provider), "name": .string(name),
            "value": try input.value(from: surroundings.terminal), "settings": input.settings,
            "expires_at": expiry.json(at: surroundings.now()),
        ])
    }
}
