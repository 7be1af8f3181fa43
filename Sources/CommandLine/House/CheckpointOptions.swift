// SPDX-License-Identifier: Apache-2.0
package import Access

/// How the audit trail is signed while `serve` runs.
package struct CheckpointOptions: Sendable, Equatable {
    /// Where a copy of every checkpoint goes.
    package var places: [CheckpointPlace]
    /// Addresses that are not public to which copies may go nevertheless.
    package var allowedPrivate: [AddressRange]
    /// How often new events are signed.
    package var every: Length

    /// After how long without events the same is signed again, so that never more than an hour goes by, though it is
    /// looked only every so often.
    package var longestSilence: Length { Length(milliseconds: 3_600_000 - every.milliseconds) }

    /// The usual: once a minute, and no second place.
    package init(
        places: [CheckpointPlace] = [], allowedPrivate: [AddressRange] = [], every: Length = .seconds(60)
    ) {
        self.places = places
        self.allowedPrivate = allowedPrivate
        self.every = every
    }
}

/// A second place for checkpoints, as it is named to `serve`.
package enum CheckpointPlace: Sendable, Equatable {
    /// `file:/path`
    case file(String)
    /// `syslog`: the machine's own.
    case localSyslog
    /// `syslog://host:port`, by UDP.
    case syslog(host: String, port: Int)
    /// `https://…` or `http://…`; what stands behind the host may be a secret and is never shown.
    case webhook(String)

    /// Reads a place; whether a host and a path are well formed is for the engine to say.
    package init?(_ text: String) {
        if text == "syslog" {
            self = .localSyslog
        } else if text.hasPrefix("https://") || text.hasPrefix("http://") {
            self = .webhook(text)
        } else if text.hasPrefix("file:/"), !text.hasPrefix("file://") || text.hasPrefix("file:///") {
            self = .file("/" + text.dropFirst(5).drop { $0 == "/" })
        } else if text.hasPrefix("syslog://"), let colon = text.lastIndex(of: ":"),
            let port = UInt16(text[text.index(after: colon)...]), port > 0
        {
            self = .syslog(host: String(text[..<colon].dropFirst("syslog://".count)), port: Int(port))
        } else {
            return nil
        }
    }
}

/// What a data directory holds of checkpoints.
package struct StoredCheckpoints: Sendable {
    /// The key that it names as its own; nil before the first `serve`.
    package let key: VerifierKey?
    /// The signed notes, oldest first, as they lie there.
    package let notes: [String]

    /// What was read.
    package init(key: VerifierKey?, notes: [String]) {
        self.key = key
        self.notes = notes
    }
}
