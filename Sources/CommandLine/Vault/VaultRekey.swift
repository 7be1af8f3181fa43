// SPDX-License-Identifier: Apache-2.0
internal import ArgumentParser
internal import Wire

/// `bitting vault rekey`
struct VaultRekey: Act {
    static let configuration = CommandConfiguration(
        commandName: "rekey", abstract: "Have the master key followed by a new one, while everything goes on.",
        discussion: """
            Run it on the server's machine, as the server's user: it makes or reads the next key, notes in the data \
            directory where that comes from, and asks the server to seal its keyring under it; or does so itself when no \
            server runs. Nothing else is encrypted anew. From then on the former key opens nothing here; it still opens \
            backups that were made before.
            """)

    @OptionGroup var place: DataPlace

    @Option(
        help: ArgumentHelp(
            "Where the next master key comes from; default: a new file in the place of the old one.",
            discussion: MasterKeyHelp.sources, valueName: "source"))
    var to: String?

    @OptionGroup var connection: Connection

    func run(in surroundings: Surroundings) async throws -> ExitStatus {
        let options = RekeyOptions(
            dataDirectory: try place.directory(in: surroundings), masterKey: place.masterKey(in: surroundings),
            next: to)
        let report = try await surroundings.house.vault.rekey(options)
        if !report.isInForce {
            _ = try await connection.desk(in: surroundings).call(
                "POST", ["v1", "vault", "rotate-master-key"], body: ["master_key_id": .string(report.id)])
        }
        say(report, surroundings)
        return .done
    }

    private func say(_ report: RekeyReport, _ surroundings: Surroundings) {
        guard !connection.json else {
            return surroundings.terminal.say(
                JSON.object([.init(name: "master_key_id", value: .string(report.id))]).text)
        }
        surroundings.terminal.say("The vault is under master key \(report.id) now.")
        guard let to else {
            surroundings.terminal.say("It took the place of the old file, which is kept beside it under its own id.")
            return surroundings.terminal.say("Copy the new file to a safe place; destroy the old one and its copies.")
        }
        surroundings.terminal.say("Start the server with --master-key \(ShellWord.quoted(to)) from now on.")
        surroundings.terminal.say("Then destroy the old key and its copies.")
    }
}
