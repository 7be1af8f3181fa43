// SPDX-License-Identifier: Apache-2.0
import Access
import Glibc
import HeldKeys
import IssuedKeys
import SQLiteEngine
import Storage

/// Puts many keys into an installation that `bitting init` made, and their texts into a file, one a line.
enum FilledWorld {
    static func make(in directory: String, keys count: Int, textsTo path: String) async throws {
        let engine = try SQLiteEngine(path: "\(directory)/bitting.db")
        let ledger = Ledger(engine: engine, index: KeyIndex(lanes: 1), lending: Lending(), vault: nil, random: .system)
        var sample = SampleKeys(accounts: max(10, count / 100))
        let keyspace = sample.keyspace
        let owners = sample.owners
        try await change(ledger) { records in
            try records.insert(keyspace)
            for owner in owners { try records.insert(owner) }
        }
        var texts: [UInt8] = []
        for start in stride(from: 0, to: count, by: 20_000) {
            var batch: [Key] = []
            for number in start..<min(start + 20_000, count) {
                let (key, text) = sample.next(number)
                batch.append(key)
                texts += text + [0x0A]
            }
            try await change(ledger) { [batch] records in for key in batch { try records.insert(key) } }
        }
        let file = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        var written = 0
        while written < texts.count {
            let part = unsafe texts.withUnsafeBytes { raw in
                unsafe write(file, raw.baseAddress?.advanced(by: written), raw.count - written)
            }
            guard part > 0 else { fatalError("cannot write \(path)") }
            written += part
        }
        close(file)
    }

    private static func change(
        _ ledger: Ledger, _ body: @escaping @Sendable (any KeyRecords) throws -> Void
    ) async throws {
        try await ledger.keys().change(
            by: .setup, needing: Permission.keysWrite, "bench.fill", at: Instant(milliseconds: 1_790_000_000_000)
        ) { records, _ in try body(records) }
    }
}
