// SPDX-License-Identifier: Apache-2.0
internal import ArgumentParser

/// Where things are kept, for `init` and `serve`.
struct DataPlace: ParsableArguments {
    @Option(help: ArgumentHelp("The data directory. BITTING_DATA", valueName: "directory"))
    var data: String?

    @Option(
        help: ArgumentHelp(
            "sqlite (a file in the data directory) or postgres://… BITTING_DATABASE; default sqlite",
            valueName: "engine"))
    var database: String?

    @Option(
        help: ArgumentHelp(
            "Where the master key comes from. BITTING_MASTER_KEY; default: a file in the data directory",
            discussion: MasterKeyHelp.sources, valueName: "source"))
    var masterKey: String?

    /// The data directory, which must be named.
    func directory(in surroundings: Surroundings) throws(CommandFailure) -> String {
        guard let directory = surroundings.setting(data, "BITTING_DATA"), !directory.isEmpty else {
            throw CommandFailure("No data directory is named.", fix: "Say --data DIR, or set BITTING_DATA.")
        }
        return directory
    }

    /// The database. The text is not repeated if it is refused: it may hold a password.
    func database(in surroundings: Surroundings) throws(CommandFailure) -> Database {
        guard let database = Database(surroundings.setting(database, "BITTING_DATABASE") ?? "sqlite") else {
            throw CommandFailure("--database names no database.", fix: "Say sqlite, or postgres://host/name.")
        }
        return database
    }

    /// Where the master key comes from, if not from its usual place.
    func masterKey(in surroundings: Surroundings) -> String? {
        surroundings.setting(masterKey, "BITTING_MASTER_KEY")
    }
}

/// How a source of master keys is written.
enum MasterKeyHelp {
    static let sources = """
        FILE, credential:NAME (of systemd), command:PROGRAM ARGUMENT…, passphrase (asked for), passphrase:FILE or \
        passphrase:credential:NAME. See docs/vault.md.
        """
}
