// SPDX-License-Identifier: Apache-2.0
internal import ArgumentParser
internal import Wire

/// `bitting token-key`
struct TokenKeysCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "token-key", abstract: "The keys that tokens and principals are signed with.",
        subcommands: [TokenKeyList.self, TokenKeyRotate.self])
}

/// `bitting token-key list`
struct TokenKeyList: Act {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the keys, oldest first.")

    @OptionGroup var connection: Connection

    func run(in surroundings: Surroundings) async throws -> ExitStatus {
        let desk = try connection.desk(in: surroundings)
        TokenKeyLines.say(try await desk.call("GET", ["v1", "token-keys"]).json, connection, surroundings)
        return .done
    }
}

/// `bitting token-key rotate`
struct TokenKeyRotate: Act {
    static let configuration = CommandConfiguration(
        commandName: "rotate", abstract: "Have each key followed by a new one.",
        discussion: """
            The new ones are published at once and sign after ten minutes, when everybody had time to learn of them. The \
            old ones are good for what they signed until that has ended. With --compromised the old ones end at once, and \
            with them every token they signed.
            """)

    @Flag(help: "End the old keys, and every token they signed, at once.")
    var compromised = false

    @OptionGroup var connection: Connection

    func run(in surroundings: Surroundings) async throws -> ExitStatus {
        let desk = try connection.desk(in: surroundings)
        let body: JSON = ["compromised": .bool(compromised)]
        let answer = try await desk.call("POST", ["v1", "token-keys", "rotate"], body: body).json
        TokenKeyLines.say(answer, connection, surroundings)
        return .done
    }
}

/// How keys that sign tokens are shown.
private enum TokenKeyLines {
    static func say(_ answer: JSON, _ connection: Connection, _ surroundings: Surroundings) {
        for key in answer["items"]?.asArray ?? [] {
            guard !connection.json else {
                surroundings.terminal.say(key.text)
                continue
            }
            let parts = ["id", "algorithm", "state", "signs_from"].compactMap { key[$0]?.asString }
            surroundings.terminal.say(PlainText.line(parts.joined(separator: "  ")))
        }
    }
}
