// SPDX-License-Identifier: Apache-2.0
internal import GRDB

extension SQLiteEngine {
    /// Brings the write-ahead log into the database and empties it, so that what was deleted or overwritten is in neither
    /// file; `secure_delete` has put zeros in its place. False when readers of old states did not end in time; then the
    /// log is emptied later, at the latest when the program ends.
    package func overwriteDeleted() async -> Bool {
        for _ in 0..<3 {
            do {
                try await pool.writeWithoutTransaction { database in _ = try database.checkpoint(.truncate) }
                return true
            } catch {
                continue
            }
        }
        return false
    }
}
