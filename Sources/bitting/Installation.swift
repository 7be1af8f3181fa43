// SPDX-License-Identifier: Apache-2.0
import Access
import CommandLine
import SQLiteEngine
import Secrets
import Storage

/// A data directory: where its parts lie, and how it is opened.
struct Installation {
    let directory: String
    /// Where the master key comes from, as it was named.
    let masterKey: MasterKeySource

    init(_ directory: String, masterKey: String?) throws {
        self.directory = directory
        self.masterKey = try masterKey.map(Self.source) ?? .file("\(directory)/master.key")
    }

    /// Reads how a source is named.
    static func source(_ text: String) throws -> MasterKeySource {
        guard let source = MasterKeySource(text) else {
            throw HouseFailure(
                "--master-key names no source of keys.",
                fix: "Say FILE, credential:NAME, command:PROGRAM ARGUMENT…, passphrase or passphrase:FILE.")
        }
        return source
    }

    var databaseFile: String { "\(directory)/bitting.db" }
    var recipeFile: String { "\(directory)/\(PassphraseRecipes.fileName)" }
    var lockFile: String { "\(directory)/lock" }

    /// Refuses an engine that this version does not have.
    static func check(_ database: Database) throws {
        guard database == .sqlite else {
            throw HouseFailure(
                "This version stores in SQLite only.", fix: "Leave --database out, or set it to sqlite.")
        }
    }

    /// That nothing was made here.
    var isMissing: HouseFailure {
        HouseFailure(
            "There is no installation in \(directory).", fix: "Make one with `bitting init --data \(directory)`.")
    }

    /// The database of an installation that is there.
    func openDatabase() async throws -> SQLiteEngine {
        guard Files.exists(databaseFile) else { throw isMissing }
        let engine = try Installation.telling { try SQLiteEngine(path: databaseFile) }
        do {
            try await Schema.migrate(engine)
        } catch {
            throw Installation.failure(error)
        }
        return engine
    }

    /// For `audit verify DIR`: every event, then the end the database remembers, so that a trail cut short at its end
    /// is found.
    static func readEvents(_ directory: String, _ body: (_ event: Event) throws -> Void) async throws {
        let engine = try await Installation(directory, masterKey: nil).openDatabase()
        var after: Int64 = 0
        while true {
            let events = try await Opening.events(engine, after: after, limit: 5000)
            guard let last = events.last else { break }
            for event in events { try body(event) }
            after = last.sequence
        }
        guard try await Opening.chainEnd(engine)?.sequence == after else {
            throw HouseFailure(
                "The trail ends at \(after), but the database remembers a later event: the end was cut off.",
                fix: "Compare with a copy of the trail; find out who could write the database.")
        }
    }

    static func telling<Result>(_ body: () throws -> Result) throws -> Result {
        do { return try body() } catch { throw failure(error) }
    }

    static func failure(_ error: any Error) -> HouseFailure {
        switch error {
        case let failure as HouseFailure: failure
        case Refusal.conflict(let detail, let fix): HouseFailure(detail, fix: fix)
        case EngineFailure.full, StorageFailure.full:
            HouseFailure("The disk is full or cannot be written.", fix: "Make room and try again.")
        case EngineFailure.failed(let text):
            HouseFailure("The database does not open: \(text).", fix: "Check the file and its owner.")
        case StorageFailure.unreadable(let what):
            HouseFailure(
                "The database holds a \(what) that cannot be read.", fix: "Put the database back from its backup.")
        default: HouseFailure("The database does not open (\(type(of: error))).", fix: "Check the file and its owner.")
        }
    }
}
