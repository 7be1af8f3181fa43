// SPDX-License-Identifier: Apache-2.0
internal import Secrets

/// Secrets come from a prompt that does not show them, or from standard input; never from an argument, which everybody
/// on the machine can read in the process list and the shell writes into its history.
struct SecretInput: Sendable {
    /// What it is called in prompts and errors: `key`, `value`.
    let name: String
    /// At most so many bytes.
    let limit: Int

    /// The secret: one line from a person, or all of standard input without one trailing line break.
    func read(from terminal: Terminal) throws(CommandFailure) -> String {
        var bytes = try terminal.asksPerson ? ask(terminal) : pipe(terminal)
        defer { Secret.wipe(&bytes) }
        guard !bytes.isEmpty else { throw CommandFailure("The \(name) is empty.", fix: remedy) }
        guard bytes.count <= limit else { throw tooLong }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw CommandFailure("The \(name) is not UTF-8 text.", fix: "Give the text as it was handed to you.")
        }
        return text
    }

    private func ask(_ terminal: Terminal) throws(CommandFailure) -> [UInt8] {
        guard let line = terminal.askHidden("\(name.prefix(1).uppercased())\(name.dropFirst()) (not shown): ") else {
            throw CommandFailure("No \(name) was given.", fix: remedy)
        }
        return line
    }

    private func pipe(_ terminal: Terminal) throws(CommandFailure) -> [UInt8] {
        guard var bytes = terminal.readAll(limit + 2) else { throw tooLong }
        if bytes.last == 0x0a {
            bytes.removeLast()
            if bytes.last == 0x0d { bytes.removeLast() }
        }
        return bytes
    }

    /// Refuses words on the command line, of which one is likely the secret: none of them is repeated.
    func refuse(_ words: [String]) throws(CommandFailure) {
        let words = words.filter { $0 != "-" }
        guard !words.isEmpty else { return }
        if let option = words.first(where: SecretInput.isOption),
            words.allSatisfy({ SecretInput.isOption($0) || $0.count < SecretInput.shortest })
        {
            throw CommandFailure("Unknown option \(option).", fix: "See --help.")
        }
        throw CommandFailure(
            "A \(name) cannot be an argument: the process list shows it, and your shell's history holds it now.",
            fix: "Take it out of the history. \(remedy)")
    }

    /// Whatever is shorter and follows an unknown option is rather that option's value than a secret.
    private static let shortest = 8

    private static func isOption(_ word: String) -> Bool {
        word.hasPrefix("-") && word.utf8.count <= 24
            && word.utf8.allSatisfy { $0 == 0x2d || (0x61...0x7a).contains($0) }
    }

    private var tooLong: CommandFailure {
        CommandFailure("The \(name) is longer than \(limit) bytes.", fix: "Check what is on standard input.")
    }

    private var remedy: String {
        "Pipe the \(name) into this command, or start it on a terminal and be asked for it."
    }
}
