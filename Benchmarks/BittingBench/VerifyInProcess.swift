// SPDX-License-Identifier: Apache-2.0
import Access
import Glibc
import IssuedKeys
import Secrets

/// The decision alone: all keys in random order, one scope asked for, beside a bare SHA-256 of the same bytes in the
/// same run.
enum VerifyInProcess {
    static func run(keys count: Int) {
        let before = residentBytes()
        let index = KeyIndex(lanes: 1)
        var sample = SampleKeys(accounts: max(10, count / 100))
        var texts: [UInt8] = []
        var length = 0
        index.apply([.keyspace(sample.keyspace)])
        index.apply(sample.owners.map { .owner($0.id, account: $0.account, isLocked: false) })
        index.reserve(count)
        for start in stride(from: 0, to: count, by: 4096) {
            var changes: [KeyChange] = []
            for number in start..<min(start + 4096, count) {
                let (key, text) = sample.next(number)
                changes.append(.key(key))
                length = text.count
                texts += text
            }
            index.apply(changes)
        }
        texts += Array((scope + agent).utf8)
        let order = (0..<count).shuffled()
        print("keys in memory                \(count)")
        print("resident, texts included, MB  \((residentBytes() - before) / 1_048_576)")
        for round in 1...(count <= 100_000 ? 30 : 3) {
            let hash = nanoseconds {
                for number in order { keep(Digest(of: texts.span.extracting(number * length..<(number + 1) * length))) }
            }
            let bare = nanoseconds { decideAll(order, texts, length, index, counting: false) }
            let verify = nanoseconds { decideAll(order, texts, length, index, counting: true) }
            print(
                "round \(round): SHA-256 \(hash / count) ns a key, verify \(verify / count) ns a key, "
                    + "without counting uses \(bare / count), ratio \(Double(verify) / Double(hash))")
        }
    }

    private static let scope = "labels:create"
    private static let agent = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"

    /// The scope asked for stands behind the last key's text, and the user agent behind that.
    private static func decideAll(
        _ order: [Int], _ texts: [UInt8], _ length: Int, _ index: KeyIndex, counting: Bool
    ) {
        let now = Instant(milliseconds: 1_790_000_000_001)
        let bytes = texts.span
        var question = Question(key: 0..<length)
        question.scopes = order.count * length..<(texts.count - agent.utf8.count)
        question.userAgent = (texts.count - agent.utf8.count)..<texts.count
        question.address = IPAddress("198.51.100.7")
        var valid = 0
        for number in order {
            question.key = number * length..<(number + 1) * length
            let verdict = index.reading(lane: 0) { contents, use in
                let verdict = contents.verdict(on: question, in: bytes, at: now)
                if counting { use.record(verdict, of: question, in: bytes, at: now) }
                return verdict
            }
            if case .valid = verdict { valid += 1 }
        }
        precondition(valid == order.count, "every key is valid")
    }

    @inline(never)
    private static func keep(_ digest: Digest) {}

    private static func nanoseconds(_ body: () -> Void) -> Int {
        var start = timespec()
        var end = timespec()
        unsafe clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &start)
        body()
        unsafe clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &end)
        return (end.tv_sec - start.tv_sec) * 1_000_000_000 + end.tv_nsec - start.tv_nsec
    }

    private static func residentBytes() -> Int {
        guard let file = unsafe fopen("/proc/self/statm", "r") else { return 0 }
        defer { unsafe fclose(file) }
        var line = [CChar](repeating: 0, count: 200)
        unsafe fgets(&line, 200, file)
        let words = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self).split(
            separator: " ")
        return (Int(words[1]) ?? 0) * 4096
    }
}
