// SPDX-License-Identifier: Apache-2.0
import Access
import IssuedKeys
import SQLiteEngine
import Storage

/// What it costs to write the uses of many keys: taken from the index, then stored in batches as the server does.
enum FlushOfUses {
    private static let keysAtOnce = 500

    static func run(keys count: Int, in directory: String) async throws {
        let engine = try SQLiteEngine(path: "\(directory)/flush.db")
        try await Schema.migrate(engine)
        let index = KeyIndex(lanes: 2)
        var sample = SampleKeys(accounts: max(10, count / 100))
        index.apply([.keyspace(sample.keyspace)])
        index.apply(sample.owners.map { .owner($0.id, account: $0.account, isLocked: false) })
        var texts: [[UInt8]] = []
        for number in 0..<count {
            let (key, text) = sample.next(number)
            index.apply([.key(key)])
            texts.append(text + Array("labels:create".utf8))
        }
        for round in 1...3 {
            for (number, text) in texts.enumerated() { use(text, index, lane: number % 2, second: Int64(round)) }
            try await flush(index, engine, round)
        }
    }

    private static func use(_ text: [UInt8], _ index: KeyIndex, lane: Int, second: Int64) {
        let now = Instant(milliseconds: 1_790_000_000_000 + second * 30_000)
        var question = Question(key: 0..<(text.count - 13))
        question.scopes = (text.count - 13)..<text.count
        question.address = IPAddress("198.51.100.7")
        index.reading(lane: lane) { contents, use in
            use.record(
                contents.verdict(on: question, in: text.span, at: now), of: question, in: text.span, at: now)
        }
    }

    private static func flush(_ index: KeyIndex, _ engine: SQLiteEngine, _ round: Int) async throws {
        let clock = ContinuousClock()
        let start = clock.now
        let taken = index.takeUses()
        let afterTaking = clock.now
        var longest = Duration.zero
        for first in stride(from: 0, to: taken.count, by: keysAtOnce) {
            let part = Array(taken[first..<min(first + keysAtOnce, taken.count)])
            let before = clock.now
            try await Opening.store(part, engine)
            longest = max(longest, clock.now - before)
        }
        print(
            "round \(round): \(taken.count) keys taken in \(afterTaking - start), stored in \(clock.now - afterTaking), "
                + "longest batch \(longest)")
    }
}
