// SPDX-License-Identifier: Apache-2.0
import Access
import CommandLine
import SQLiteEngine
import Secrets
import Storage

extension Installation {
    /// What signs the trail; made at the first start.
    func signer(_ engine: SQLiteEngine, _ keyring: Keyring) async throws -> NoteSigner {
        do {
            return try await SigningKeyRows.signer(engine, keyring, at: Clock.now(), using: .system)
        } catch is SealFailure {
            throw HouseFailure(
                "The key that signs the audit trail does not open: it was altered, or is of another installation.",
                fix: "Put the database back from its backup; find out who could write it.")
        } catch {
            throw Installation.failure(error)
        }
    }

    /// For `audit verify DIR`.
    @Sendable
    static func readCheckpoints(_ directory: String) async throws -> StoredCheckpoints {
        let engine = try await Installation(directory, masterKey: nil).openDatabase()
        do {
            let key = try await SigningKeyRows.verifier(engine)
            var notes: [String] = []
            var after: Int64 = 0
            while true {
                let page = try await CheckpointRows.notes(engine, after: after, limit: 5000)
                guard let last = page.last else { break }
                notes += page.map(\.note)
                after = last.number
            }
            return StoredCheckpoints(key: key, notes: notes)
        } catch {
            throw failure(error)
        }
    }
}
