// SPDX-License-Identifier: Apache-2.0
import Access
import CommandLine
import SQLiteEngine
import Secrets
import Storage

/// A data directory: where its parts lie, and how it is opened.
struct Installation {
    let directory: String
    let masterKeyFile: String

    init(_ directory: String, masterKeyFile: String?) {
        self.directory = directory
        self.masterKeyFile = masterKeyFile ?? "\(directory)/master.key"
    }

    var databaseFile: String { "\(directory)/bitting.db" }
    var lockFile: String { "\(directory)/lock" }

    /// Refuses an engine that this version does not have.
    static func check(_ database: Database) throws {
        guard database == .sqlite else {
            throw HouseFailure(
                "This version stores in SQLite only.", fix: "Leave --database out, or set it to sqlite.")
        }
    }

    /// The database of an installation that is there.
    func openDatabase() async throws -> SQLiteEngine {
        guard Files.exists(databaseFile) else {
            throw HouseFailure(
                "There is no installation in \(directory).", fix: "Make one with `bitting init --data \(directory)`.")
        }
        let engine = try Installation.telling { try SQLiteEngine(path: databaseFile) }
        do {
            try await Schema.migrate(engine)
        } catch {
            throw Installation.failure(error)
        }
        return engine
    }

    /// The keyring, opened with the master key. Every way in which they may not belong together ends here.
    func openKeyring(_ engine: SQLiteEngine) async throws -> Keyring {
        let master: MasterKey
        do {
            master = try MasterKey(file: try Files.readSecret(masterKeyFile))
        } catch MasterKey.Fault.unreadable {
            throw HouseFailure("\(masterKeyFile) is not a master key.", fix: "Put the right file there.")
        } catch MasterKey.Fault.altered {
            throw HouseFailure(
                "The master key in \(masterKeyFile) has the id of another key: same id, other bytes.",
                fix: "Put the file back from its copy.")
        }
        do {
            return try Keyring(opening: try await Opening.keyring(engine), with: master)
        } catch Keyring.Fault.otherMasterKey(let stored, let given) {
            throw HouseFailure(
                "The data was sealed under master key \(stored), and the file holds \(given).",
                fix: "Start with the file of \(stored); a new master key cannot open what an old one sealed.")
        } catch Keyring.Fault.doesNotOpen(let id) {
            throw HouseFailure(
                "The keyring does not open with master key \(id): it was altered, or the key was.",
                fix: "Put database and master key back from the same backup.")
        } catch Keyring.Fault.empty {
            throw HouseFailure(
                "The installation was not finished.", fix: "Remove the directory and run `bitting init` again.")
        }
    }

    /// For `audit verify DIR`: every event, then the end the database remembers, so that a trail cut short at its end
    /// is found.
    static func readEvents(_ directory: String, _ body: (_ event: Event) throws -> Void) async throws {
        let engine = try await Installation(directory, masterKeyFile: nil).openDatabase()
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
        case EngineFailure.full: HouseFailure("The disk is full or cannot be written.", fix: "Make room and try again.")
        case EngineFailure.failed(let text):
            HouseFailure("The database does not open: \(text).", fix: "Check the file and its owner.")
        case StorageFailure.unreadable(let what):
            HouseFailure(
                "The database holds a \(what) that cannot be read.", fix: "Put the database back from its backup.")
        default: HouseFailure("The database does not open (\(type(of: error))).", fix: "Check the file and its owner.")
        }
    }
}
