// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import ArgumentParser
internal import Wire

/// `bitting rotation freeze`
struct RotationFreeze: PostAct {
    static let configuration = CommandConfiguration(
        commandName: "freeze", abstract: "Hold rotations up: all, those of an account, or those at a provider.",
        discussion: "Nothing is begun, switched or deleted meanwhile; what must go back goes back.")

    @Argument(help: "*, acc_… or provider:NAME; everything where it is left out.")
    var subject: String?

    @Option(help: ArgumentHelp("Why.", valueName: "text"))
    var reason: String

    @Option(help: ArgumentHelp("How long: 72h. Without it until it is thawed.", valueName: "length"))
    var until: Length?

    @OptionGroup var connection: Connection

    var path: [String] { Noun.freezes.path }

    func body(at surroundings: Surroundings) -> JSON? {
        .given([
            "subject": subject.map(JSON.string), "reason": .string(reason),
            "until": until.map { .string($0.description) },
        ])
    }
}

/// `bitting rotation thaw`
struct RotationThaw: PostAct {
    static let configuration = CommandConfiguration(commandName: "thaw", abstract: "Let rotations go on.")

    @Argument(help: "What was frozen; everything where it is left out.")
    var subject: String?

    @OptionGroup var connection: Connection

    var path: [String] { Noun.freezes.path + ["thaw"] }

    func body(at surroundings: Surroundings) -> JSON? { .given(["subject": subject.map(JSON.string)]) }
}

/// `bitting rotation freezes`
struct RotationFreezes: Act {
    static let configuration = CommandConfiguration(commandName: "freezes", abstract: "List what holds rotations up.")

    @OptionGroup var connection: Connection

    func run(in surroundings: Surroundings) async throws -> ExitStatus {
        let desk = try connection.desk(in: surroundings)
        let answer = try await desk.call("GET", Noun.freezes.path).json
        desk.printer.list(answer["items"]?.asArray ?? [], of: .freezes, nextCursor: .null)
        return .done
    }
}
