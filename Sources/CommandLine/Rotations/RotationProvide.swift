// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import ArgumentParser
internal import HeldKeys
internal import Wire

extension Rotation.Task: ExpressibleByArgument {}

/// `bitting rotation provide`
struct RotationProvide: PostAct {
    static let configuration = CommandConfiguration(
        commandName: "provide", abstract: "Hand in the new key that you made at the provider.",
        usage: "bitting rotation provide <id> [--key-id <id>] [--part <name> …] [--url <url>] [--json]",
        discussion: """
            The value is read from standard input, or asked for on a terminal; never from an argument. It is tested before \
            any call carries it.
            """)

    @Argument(help: "The rotation's id: rot_…")
    var id: RotationID

    @Option(help: ArgumentHelp("The provider's id of the new key.", valueName: "id"))
    var keyID: String?

    @OptionGroup var input: ValueInput
    @OptionGroup var connection: Connection

    var path: [String] { Noun.rotations.path + [id.description, "provide"] }

    func body(at surroundings: Surroundings) throws -> JSON? {
        .given(["value": try input.value(from: surroundings.terminal), "key_id": keyID.map(JSON.string)])
    }
}

/// `bitting rotation confirm`
struct RotationConfirm: PostAct {
    static let configuration = CommandConfiguration(
        commandName: "confirm", abstract: "Say that you did what a rotation waits for, or allow what it asks.",
        discussion:
            "The task is the one that `bitting rotation show` names. A key that is said to be deleted is tested.")

    @Argument(help: "The rotation's id: rot_…")
    var id: RotationID

    @Argument(help: "What was done, or is allowed.")
    var task: Rotation.Task

    @OptionGroup var connection: Connection

    var path: [String] { Noun.rotations.path + [id.description, "confirm"] }

    func body(at surroundings: Surroundings) -> JSON? { .given(["task": .string(task.rawValue)]) }
}

/// `bitting rotation cancel`
struct RotationCancel: PostAct {
    static let configuration = CommandConfiguration(
        commandName: "cancel", abstract: "End a rotation before its end: the former key stays in use.")

    @Argument(help: "The rotation's id: rot_…")
    var id: RotationID

    @OptionGroup var connection: Connection

    var path: [String] { Noun.rotations.path + [id.description, "cancel"] }
}
