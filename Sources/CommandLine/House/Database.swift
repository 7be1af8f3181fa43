// SPDX-License-Identifier: Apache-2.0

/// Which engine stores things, and where.
package enum Database: Sendable, Equatable {
    /// A file in the data directory.
    case sqlite
    /// A PostgreSQL server; the whole address, which may hold a password and is therefore never shown.
    case postgres(url: String)

    /// Reads `sqlite`, `postgres://…` or `postgresql://…`.
    package init?(_ text: String) {
        if text == "sqlite" {
            self = .sqlite
        } else if text.hasPrefix("postgres://") || text.hasPrefix("postgresql://") {
            self = .postgres(url: text)
        } else {
            return nil
        }
    }
}
