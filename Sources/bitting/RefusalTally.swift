// SPDX-License-Identifier: Apache-2.0
import Access
import IssuedKeys
import Storage
import Synchronization

/// Management calls refused for their key, counted by address: the audit trail gets one line per address and flush,
/// so that a flood of garbage cannot fill the disk, and none is forgotten.
final class RefusalTally: Sendable {
    private let counts = Mutex<[String: Int]>([:])
    private let ledger: Ledger

    /// Addresses beyond this many share one line.
    private static let addressesAtOnce = 100
    private static let others = "others"

    init(ledger: Ledger) { self.ledger = ledger }

    func count(_ address: IPAddress?) {
        counts.withLock { counts in
            let name = address?.description ?? "unknown"
            let known = counts[name] != nil || counts.count < Self.addressesAtOnce
            counts[known ? name : Self.others, default: 0] += 1
        }
    }

    func flush() async {
        let taken = counts.withLock { counts in
            defer { counts.removeAll() }
            return counts
        }
        for (address, count) in taken.sorted(by: { $0.key < $1.key }) {
            var note = EventNote(
                "request.authenticate", details: [.init("address", address), .init("refused", String(count))])
            note.outcome = .refused
            try? await ledger.record(note, by: .unknown, at: Clock.now())
        }
    }
}
