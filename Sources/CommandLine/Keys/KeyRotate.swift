// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import ArgumentParser
internal import BittingClient
internal import Wire

/// `bitting key rotate`
struct KeyRotate: Act {
    static let configuration = CommandConfiguration(
        commandName: "rotate",
        abstract: "Give a key a new secret, shown once, now. Id, scopes, limits, quota and expiry stay.")

    @Argument(help: "The key's id: key_…")
    var id: KeyID

    @Option(
        help: ArgumentHelp(
            "How long the old secret keeps working: 24h, 7d; not at all if not given.", valueName: "length"))
    var grace: Length?

    @Option(
        help: ArgumentHelp("Retire the old secret as soon as it was not used for so long: 1h.", valueName: "length"))
    var finishWhenIdle: Length?

    @Flag(help: "End a secret that is still retiring from an earlier rotation.")
    var endRetiring = false

    @Option(help: .idempotencyKey)
    var idempotencyKey: String?

    @OptionGroup var connection: Connection

    func run(in surroundings: Surroundings) async throws -> ExitStatus {
        let desk = try connection.desk(in: surroundings)
        let answer = try await desk.call(
            "POST", Noun.keys.path + [id.description, "rotate"], body: body, idempotencyKey: idempotencyKey)
        guard !connection.json, let key = answer.json["key"], let secret = answer.json["secret"]?.asString else {
            desk.printer.show(answer.json)
            return .done
        }
        desk.printer.show(key, revision: answer.revision)
        surroundings.terminal.say("\nThe new secret, shown only now; Bitting keeps no copy of it:")
        surroundings.terminal.say(PlainText.line(secret))
        return .done
    }

    private var body: JSON {
        .given([
            "grace": grace.map { .string($0.description) },
            "finish_when_idle": finishWhenIdle.map { .string($0.description) },
            "end_retiring": endRetiring ? true : nil,
        ])
    }
}
