// SPDX-License-Identifier: Apache-2.0
package import Access
package import Secrets

/// Uses of a key that a follower let in by a verdict it kept.
package struct ReportedUse: Sendable {
    /// Of the secret that was shown.
    package var digest: Digest
    /// How many there were.
    package var count: UInt32
    /// What was asked to be held; nil for nothing.
    package var scopes: [UInt8]?
    /// Where the last one came from.
    package var address: IPAddress?
    /// The program that made it.
    package var userAgent: [UInt8]?

    /// How many uses one report may tell of a key.
    package static let counts: ClosedRange<Int64> = 1...100_000_000

    /// Uses of one secret.
    package init(digest: Digest, count: UInt32, scopes: [UInt8]?, address: IPAddress?, userAgent: [UInt8]?) {
        self.digest = digest
        self.count = count
        self.scopes = scopes
        self.address = address
        self.userAgent = userAgent
    }
}

extension KeyIndex {
    /// Counts uses that a follower reports, of keys that `viewer` sees; others count nothing.
    package func record(_ reports: [ReportedUse], seenBy viewer: KeyPosition, lane: Int, at now: Instant) {
        for report in reports {
            let scopes = report.scopes ?? []
            let bytes = scopes + (report.userAgent ?? [])
            var question = Question(key: 0..<0)
            question.address = report.address
            if report.scopes != nil { question.scopes = 0..<scopes.count }
            if report.userAgent != nil { question.userAgent = scopes.count..<bytes.count }
            reading(lane: lane) { contents, use in
                guard let key = contents.position(of: report.digest, seenBy: viewer) else { return }
                use.record(report.count, of: key, question, in: bytes.span, at: now)
            }
        }
    }
}

extension KeyIndex.Contents {
    fileprivate borrowing func position(of digest: Digest, seenBy viewer: KeyPosition) -> KeyPosition? {
        guard let position = find(digest) else { return nil }
        let record = records[position]
        guard sees(viewer, owners[Int(record.owner)].accountID) else { return nil }
        return KeyPosition(record: position, isRetiring: record.isRetiring)
    }
}
