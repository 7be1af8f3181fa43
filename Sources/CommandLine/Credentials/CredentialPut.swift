// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import ArgumentParser
internal import Wire

/// `bitting credential put`
struct CredentialPut: PostAct {
    static let configuration = CommandConfiguration(
        commandName: "put", abstract: "Give a credential another value; the next lent call carries it.",
        usage:
            "bitting credential put <id> [--pending] [--expected-version <number>] [--force] [--part <name> …] [--setting <name=value> …] [--expires-at <time>] [--idempotency-key <text>] [--url <url>] [--json]",
        discussion: """
            The value is read from standard input, or asked for on a terminal; never from an argument. The former one
            can be had back with `bitting credential rollback`.
            """)

    @Argument(help: "The credential's id: cred_…")
    var id: CredentialID

    @Flag(help: "Let it wait for `bitting credential promote`.")
    var pending = false

    @Option(help: ArgumentHelp("Only if the version of this number is current.", valueName: "number"))
    var expectedVersion: Int64?

    @Flag(help: "Take it in though the current value is the same.")
    var force = false

    @Option(help: .idempotencyKey)
    var idempotencyKey: String?

    @OptionGroup var expiry: Expiry
    @OptionGroup var input: ValueInput
    @OptionGroup var connection: Connection

    var path: [String] { Noun.credentials.path + [id.description, "versions"] }

    func body(at surroundings: Surroundings) throws -> JSON? {
        .given([
            "value": try input.value(from: surroundings.terminal), "state": pending ? "pending" : nil,
            "expected_version": expectedVersion.map { .integer($0) }, "settings": input.settings,
            "expires_at": expiry.json(at: surroundings.now()), "force": force ? true : nil,
        ])
    }
}
