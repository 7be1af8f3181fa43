// SPDX-License-Identifier: Apache-2.0
internal import ArgumentParser
internal import Wire

/// `bitting deposit keys`
struct DepositKeyList: Act {
    static let configuration = CommandConfiguration(
        commandName: "keys", abstract: "List the keys that are sealed to, oldest first.")

    @OptionGroup var connection: Connection

    func run(in surroundings: Surroundings) async throws -> ExitStatus {
        let desk = try connection.desk(in: surroundings)
        DepositKeyLines.say(try await desk.call("GET", ["v1", "deposit-keys"]).json, connection, surroundings)
        return .done
    }
}

/// `bitting deposit rotate-keys`
struct DepositKeyRotate: Act {
    static let configuration = CommandConfiguration(
        commandName: "rotate-keys", abstract: "Have the key that is sealed to followed by a new one.",
        discussion: "The old one opens for 30 days more what was sealed to it; with --compromised it is destroyed.")

    @Flag(help: "Destroy the old keys at once.")
    var compromised = false

    @OptionGroup var connection: Connection

    func run(in surroundings: Surroundings) async throws -> ExitStatus {
        let desk = try connection.desk(in: surroundings)
        let body: JSON = ["compromised": .bool(compromised)]
        let answer = try await desk.call("POST", ["v1", "deposit-keys", "rotate"], body: body).json
        DepositKeyLines.say(answer, connection, surroundings)
        return .done
    }
}

private enum DepositKeyLines {
    static func say(_ answer: JSON, _ connection: Connection, _ surroundings: Surroundings) {
        for key in answer["items"]?.asArray ?? [] {
            guard !connection.json else {
                surroundings.terminal.say(key.text)
                continue
            }
            let end = key["opens_until"]?.asString.map { "opens until \($0)" } ?? "is sealed to"
            surroundings.terminal.say(PlainText.line("\(key["id"]?.asString ?? "")  \(end)"))
        }
    }
}
