// SPDX-License-Identifier: Apache-2.0
internal import ArgumentParser
internal import Secrets

/// `bitting vault shares`
struct VaultShares: Act {
    static let configuration = CommandConfiguration(
        commandName: "shares", abstract: "Split the master key, so that some of its keepers together can recover it.",
        discussion: """
            For the day when the key is lost; nothing else asks for shares. Fewer than the threshold say nothing of the \
            key. With --out each goes to a file of mode 0400, else all are printed, once. They belong to this master key: \
            make new ones after `bitting vault rekey`.
            """)

    @OptionGroup var place: DataPlace

    @Option(help: ArgumentHelp("How many shares to make.", valueName: "count"))
    var shares = 5

    @Option(help: ArgumentHelp("How many of them recover the key.", valueName: "count"))
    var threshold = 3

    @Option(help: ArgumentHelp("The directory for their files.", valueName: "directory"))
    var out: String?

    func validate() throws {
        guard KeyShares.mayBe(threshold: threshold, count: shares) else {
            throw ValidationError("--threshold must be 2 or more and --shares at least as many, 255 at most.")
        }
    }

    func run(in surroundings: Surroundings) async throws -> ExitStatus {
        let made = try await surroundings.house.vault.split(
            ShareOptions(
                dataDirectory: try place.directory(in: surroundings), masterKey: place.masterKey(in: surroundings),
                threshold: threshold, count: shares, directory: out))
        if out == nil {
            for share in made {
                let text = share.text
                surroundings.terminal.write(.output, text.revealing { span in (0..<span.count).map { span[$0] } })
            }
        }
        surroundings.terminal.note(
            "\(shares) shares, of which \(threshold) recover the master key; give each to another keeper.")
        return .done
    }
}

/// `bitting vault recover`
struct VaultRecover: Act {
    static let configuration = CommandConfiguration(
        commandName: "recover", abstract: "Put the master key together from shares.")

    @Argument(help: ArgumentHelp("Files with one share each.", valueName: "share"))
    var shares: [String]

    @Option(help: ArgumentHelp("The new master key file.", valueName: "file"))
    var out: String

    func run(in surroundings: Surroundings) async throws -> ExitStatus {
        let id = try surroundings.house.vault.recover(shares, out)
        surroundings.terminal.say("Master key \(id) is in \(PlainText.line(out)).")
        return .done
    }
}
