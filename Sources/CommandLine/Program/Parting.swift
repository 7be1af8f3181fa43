// SPDX-License-Identifier: Apache-2.0
internal import ArgumentParser
internal import Secrets

/// What the argument parser says when it does not come to a command: help, the version, or what is wrong.
struct Parting {
    private let isHelp: Bool
    private let text: String

    init(_ error: any Error, arguments: [String]) {
        isHelp = Root.exitCode(for: error) == .success
        let message = Root.fullMessage(for: error)
        text = isHelp ? message : Parting.reworded(Parting.masked(message, arguments))
    }

    /// Help on standard output, the rest on standard error.
    func say(on terminal: Terminal) -> Int32 {
        isHelp ? terminal.say(text) : terminal.note(text)
        return isHelp ? ExitStatus.done.rawValue : ExitStatus.failed.rawValue
    }

    /// The parser repeats what it does not understand; a key among it is not repeated.
    private static func masked(_ message: String, _ arguments: [String]) -> String {
        var message = message
        for argument in arguments {
            for word in argument.split(separator: "=") where KeyText.isWellFormed(Array(word.utf8).span) {
                message = message.split(separator: String(word), omittingEmptySubsequences: false)
                    .joined(separator: "(a key)")
            }
        }
        return message
    }

    /// In the manner of all other errors: `error:` and `fix:`.
    private static func reworded(_ message: String) -> String {
        let lines = message.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            if line.hasPrefix("Error: ") { return "error: " + line.dropFirst(7) }
            if line.hasPrefix("  See '"), let end = line.lastIndex(of: "'") {
                return "fix: see `\(line[line.index(line.startIndex, offsetBy: 7)..<end])`"
            }
            return String(line)
        }
        return lines.joined(separator: "\n")
    }
}
