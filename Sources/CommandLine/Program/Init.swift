// SPDX-License-Identifier: Apache-2.0
internal import ArgumentParser
internal import Wire

/// `bitting init`
struct Init: Act {
    static let configuration = CommandConfiguration(
        commandName: "init", abstract: "Make a data directory, its master key and the first management key.",
        discussion: """
            Refuses a directory that is initialised already, and never overwrites anything. A master key that comes from \
            a file is made; one from a command, a credential or a passphrase must be there.
            """)

    @OptionGroup var place: DataPlace

    @Flag(help: "Print the report as JSON.")
    var json = false

    func run(in surroundings: Surroundings) async throws -> ExitStatus {
        let options = InitOptions(
            dataDirectory: try place.directory(in: surroundings), database: try place.database(in: surroundings),
            masterKey: place.masterKey(in: surroundings))
        let report = try await surroundings.house.initialize(options)
        let key = String(decoding: report.managementKey, as: UTF8.self)
        let printer = Printer(terminal: surroundings.terminal, asJSON: json)
        if json {
            printer.json(report.json(key: key))
        } else {
            report.lines(key: key).forEach(surroundings.terminal.say)
        }
        return .done
    }
}

extension InitReport {
    /// Nothing where the key lies in its own place.
    private var masterKeyFlag: String {
        masterKeyFile == "\(dataDirectory)/master.key" ? "" : " --master-key \(ShellWord.quoted(masterKeyFile))"
    }

    fileprivate func json(key: String) -> JSON {
        [
            "data": .string(dataDirectory), "master_key_file": .string(masterKeyFile),
            "master_key_id": .string(masterKeyID), "management_key": .string(key),
        ]
    }

    fileprivate func lines(key: String) -> [String] {
        [
            "Data directory:  \(PlainText.line(dataDirectory))",
            "Master key:      \(PlainText.line(masterKeyFile)) (id \(masterKeyID))",
            "                 "
                + (madeMasterKey
                    ? "Keep a copy of this file away from the data: without it what is held is lost."
                    : "Without it what is held is lost."),
            "",
            "The first management key, shown only now:",
            key,
            "",
            "Next:",
            "  bitting serve --data \(ShellWord.quoted(dataDirectory))\(masterKeyFlag)",
            "  export BITTING_KEY=…    (the management key above)",
            "  bitting keyspace create --name shop --prefix shop",
        ]
    }
}
