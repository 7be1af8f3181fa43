// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import ArgumentParser
internal import Wire

/// `bitting backup`
struct Backup: Act {
    static let configuration = CommandConfiguration(
        commandName: "backup", abstract: "Write a backup, sealed and read back, while the server goes on.",
        discussion: """
            Two files: the database, and the data keys without which no held value in it opens. The keys go to \
            bitting.keys beside the backup, or where --keys says, and replace those of the backup before: keep only the \
            newest, so that what was erased stays erased in older backups too. Both are sealed under the master key, \
            which is in neither.
            """)

    @Argument(help: ArgumentHelp("The file to write.", valueName: "file"))
    var file: String

    @Option(help: ArgumentHelp("Where the data keys go.", valueName: "file"))
    var keys: String?

    @OptionGroup var place: DataPlace

    @Flag(help: "Replace a backup that is there, or newer keys.")
    var replace = false

    @Flag(help: "Print the report as JSON.")
    var json = false

    func run(in surroundings: Surroundings) async throws -> ExitStatus {
        let report = try await surroundings.house.vault.backup(
            BackupOptions(
                dataDirectory: try place.directory(in: surroundings), masterKey: place.masterKey(in: surroundings),
                file: file, keysFile: keys, replaces: replace))
        let printer = Printer(terminal: surroundings.terminal, asJSON: json)
        printer.show([
            "file": .string(report.file), "keys_file": .string(report.keysFile), "bytes": .integer(report.bytes),
            "created_at": .string(report.createdAt.description), "master_key_id": .string(report.masterKeyID),
            "last_event": .integer(report.lastEvent), "data_keys": .integer(Int64(report.dataKeys)),
        ])
        return .done
    }
}
