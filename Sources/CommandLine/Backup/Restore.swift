// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import ArgumentParser
internal import Wire

/// `bitting restore`
struct Restore: Act {
    static let configuration = CommandConfiguration(
        commandName: "restore", abstract: "Check a backup through and through, then put it into a new data directory.",
        discussion: """
            Takes the database from the backup and the data keys from bitting.keys beside it, or from --keys, which may \
            be newer. What was changed since the backup is gone: keys that were revoked since are accepted again. Look \
            through a later copy of the audit trail before you serve.
            """)

    @Argument(help: ArgumentHelp("What `bitting backup` wrote.", valueName: "file"))
    var file: String

    @Option(help: ArgumentHelp("Where the data keys are.", valueName: "file"))
    var keys: String?

    @Option(help: ArgumentHelp("The data directory to make. BITTING_DATA", valueName: "directory"))
    var data: String?

    @Option(
        help: ArgumentHelp(
            "Where the master key comes from. BITTING_MASTER_KEY", discussion: MasterKeyHelp.sources,
            valueName: "source"))
    var masterKey: String?

    @Option(
        help: ArgumentHelp(
            "The master key of the older of the two files, if it was rotated between them.", valueName: "source"))
    var formerMasterKey: String?

    @Flag(help: "Leave behind what cannot be opened with these keys.")
    var allowMissingKeys = false

    @Flag(help: "Print the report as JSON.")
    var json = false

    func run(in surroundings: Surroundings) async throws -> ExitStatus {
        guard let directory = surroundings.setting(data, "BITTING_DATA"), !directory.isEmpty else {
            throw CommandFailure("No data directory is named.", fix: "Say --data DIR, or set BITTING_DATA.")
        }
        guard let source = surroundings.setting(masterKey, "BITTING_MASTER_KEY") else {
            throw CommandFailure(
                "No master key is named, and the backup holds none.",
                fix: "Say --master-key SOURCE, or set BITTING_MASTER_KEY.")
        }
        let report = try await surroundings.house.vault.restore(
            RestoreOptions(
                file: file, keysFile: keys, dataDirectory: directory, masterKey: source,
                formerMasterKey: formerMasterKey, allowsMissingKeys: allowMissingKeys))
        Printer(terminal: surroundings.terminal, asJSON: json).show([
            "data": .string(report.dataDirectory), "backup_of": .string(report.createdAt.description),
            "last_event": .integer(report.lastEvent), "master_key_id": .string(report.masterKeyID),
            "data_keys": .integer(Int64(report.dataKeys)), "erased_accounts": .integer(Int64(report.erasedAccounts)),
        ])
        return .done
    }
}
