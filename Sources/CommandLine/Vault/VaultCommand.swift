// SPDX-License-Identifier: Apache-2.0
internal import ArgumentParser

/// `bitting vault`
struct VaultCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "vault", abstract: "The keys above the held values.",
        subcommands: [
            VaultShow.self, VaultRekey.self, VaultRotateTerm.self, VaultNewKey.self,
            VaultShares.self, VaultRecover.self,
        ])
}

/// `bitting vault show`
struct VaultShow: ShowAct {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Which master key and which term of the keyring seal.")

    @OptionGroup var connection: Connection

    var path: [String] { ["v1", "vault"] }
}

/// `bitting vault rotate-term`
struct VaultRotateTerm: PostAct {
    static let configuration = CommandConfiguration(
        commandName: "rotate-term",
        abstract: "Have the keyring's term followed by a new one, and wrap all data keys under it.",
        discussion: "Values stay as they are, and calls go on meanwhile.")

    @OptionGroup var connection: Connection

    var path: [String] { ["v1", "vault", "rotate-term"] }
}

/// `bitting vault new-key`
struct VaultNewKey: Act {
    static let configuration = CommandConfiguration(
        commandName: "new-key", abstract: "Make a master key, to be put where --master-key will find it.",
        discussion: "Without --out its text goes to standard output, so that `age` or a KMS can take it.")

    @Option(help: ArgumentHelp("A new file of mode 0400.", valueName: "file"))
    var out: String?

    func run(in surroundings: Surroundings) async throws -> ExitStatus {
        let made = try surroundings.house.vault.newMasterKey(out)
        if out == nil { surroundings.terminal.write(.output, made.text) }
        surroundings.terminal.note("master key \(made.id)")
        return .done
    }
}
