// SPDX-License-Identifier: Apache-2.0
import BittingClient
import Glibc
import Synchronization

/// What `BittingClient` does a second, and how long a call takes: `client PLACE KEYS-FILE TASKS SECONDS [cache]`.
///
/// PLACE is a URL or the path of a Unix socket; the management key is in BITTING_KEY. Prints one JSON line.
enum ClientCalls {
    static func run(place: String, keysIn path: String, tasks: Int, seconds: Int, isCaching: Bool) async throws {
        guard let key = environment("BITTING_KEY") else { fatalError("BITTING_KEY is not set") }
        let keys = lines(of: path)
        let cache = isCaching ? BittingClient.Cache(entries: 2 * keys.count) : nil
        let client =
            place.hasPrefix("/")
            ? try BittingClient(dataSocket: place, key: key, cache: cache)
            : try BittingClient(dataURL: place, key: key, cache: cache)
        // Connections are made, and with a cache every verdict is kept, before anything is measured.
        _ = try await round(client, keys, tasks: tasks, until: .now + .seconds(1))
        let cpu = cpuNanoseconds()
        let begin = ContinuousClock.now
        var taken = try await round(client, keys, tasks: tasks, until: begin + .seconds(seconds))
        let elapsed =
            Double((ContinuousClock.now - begin).components.attoseconds) / 1e18
            + Double((ContinuousClock.now - begin).components.seconds)
        let spent = cpuNanoseconds() - cpu
        taken.sort()
        print(
            """
            {"calls": \(taken.count), "per_second": \(Int(Double(taken.count) / elapsed)), \
            "median_us": \(micros(taken, 0.5)), "p99_us": \(micros(taken, 0.99)), "longest_us": \(micros(taken, 1)), \
            "client_cpu_us": \(Double(spent / max(1, taken.count / 100)) / 100_000)}
            """)
    }

    /// Nanoseconds of each call.
    private static func round(
        _ client: BittingClient, _ keys: [String], tasks: Int, until end: ContinuousClock.Instant
    ) async throws -> [UInt32] {
        try await withThrowingTaskGroup(of: [UInt32].self) { group in
            for number in 0..<tasks {
                group.addTask {
                    var taken: [UInt32] = []
                    var position = number * 7919
                    var now = ContinuousClock.now
                    while now < end {
                        position = (position + 1) % keys.count
                        let answer = try await client.verify(keys[position], scopes: .all(["labels:create"]))
                        precondition(answer.valid, "every key is valid: \(answer.code)")
                        let after = ContinuousClock.now
                        taken.append(UInt32(clamping: (after - now).components.attoseconds / 1_000_000_000))
                        now = after
                    }
                    return taken
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
    }

    private static func micros(_ sorted: [UInt32], _ part: Double) -> Double {
        guard !sorted.isEmpty else { return 0 }
        return Double(sorted[min(sorted.count - 1, Int(Double(sorted.count) * part))]) / 1000
    }

    private static func cpuNanoseconds() -> Int {
        var time = timespec()
        unsafe clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return time.tv_sec * 1_000_000_000 + time.tv_nsec
    }

    private static func environment(_ name: String) -> String? {
        unsafe getenv(name).map { unsafe String(cString: $0) }
    }

    private static func lines(of path: String) -> [String] {
        guard let file = unsafe fopen(path, "r") else { fatalError("cannot read \(path)") }
        defer { unsafe fclose(file) }
        var lines: [String] = []
        var buffer = [CChar](repeating: 0, count: 256)
        while unsafe fgets(&buffer, 256, file) != nil {
            let bytes = buffer.prefix { $0 != 0 && $0 != 10 }.map { UInt8(bitPattern: $0) }
            lines.append(String(decoding: bytes, as: UTF8.self))
        }
        return lines
    }
}
