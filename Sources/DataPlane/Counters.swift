// SPDX-License-Identifier: Apache-2.0
internal import IssuedKeys
internal import Synchronization

/// What one event loop counted. Written by that loop alone, read by anybody: plain loads and stores, no locked
/// instruction.
final class Counters: Sendable {
    /// What a request asked for.
    enum Route: Int, CaseIterable {
        case verify, batch, settle, follow, unkey, authorize, check, lend, reveal, proxy, oauth, health, other

        var name: String {
            switch self {
            case .verify: "verify"
            case .batch: "verify_batch"
            case .settle: "settle"
            case .unkey: "unkey"
            case .follow: "follow"
            case .authorize: "authorize"
            case .check: "check"
            case .lend: "lend"
            case .reveal: "reveal"
            case .proxy: "proxy"
            case .oauth: "oauth"
            case .health: "health"
            case .other: "other"
            }
        }
    }

    /// Upper bounds of the latency histogram, in nanoseconds.
    static let bounds: [UInt64] = [
        1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 64_000, 128_000, 256_000, 1_000_000, 10_000_000,
    ]

    private static let codes = VerdictCode.allCases.count
    private let verdicts: [Cell]
    private let statuses: [Cell]
    private let buckets: [Cell]
    private let latencySum = Cell()
    private let lookups = Cell()
    private let refusedHeads = Cell()
    private let echoes = Cell()
    private let open = Cell()
    private let tunnelled = Cell()
    private let lent = (0..<lentClasses).map { _ in Cell() }
    private let unlent = (0...lendCodes.count).map { _ in Cell() }

    private static let lentClasses = 6

    private final class Cell: Sendable {
        private let value = Atomic<UInt64>(0)
        @inline(__always)
        func add(_ amount: UInt64) {
            value.store(value.load(ordering: .relaxed) &+ amount, ordering: .relaxed)
        }
        @inline(__always)
        func subtractOne() { value.store(value.load(ordering: .relaxed) &- 1, ordering: .relaxed) }
        var current: UInt64 { value.load(ordering: .relaxed) }
    }

    init() {
        verdicts = (0..<Route.allCases.count * Self.codes).map { _ in Cell() }
        statuses = (0..<Route.allCases.count * 600).map { _ in Cell() }
        buckets = (0...Self.bounds.count).map { _ in Cell() }
    }

    @inline(__always)
    func count(_ route: Route, _ verdict: Verdict) {
        let code = verdict.code
        verdicts[route.rawValue * Self.codes + Int(code.rawValue)].add(1)
        if code != .malformed { lookups.add(1) }
    }

    @inline(__always)
    func count(_ route: Route, status: Int) {
        statuses[route.rawValue * 600 + min(max(status, 0), 599)].add(1)
    }

    @inline(__always)
    func countLatency(nanoseconds: UInt64) {
        latencySum.add(nanoseconds)
        var bucket = 0
        while bucket < Self.bounds.count, nanoseconds > Self.bounds[bucket] { bucket += 1 }
        buckets[bucket].add(1)
    }

    func countEcho() { echoes.add(1) }
    /// A lent call that the provider answered.
    func countLent(status: Int) { lent[min(max(status / 100, 0), Self.lentClasses - 1)].add(1) }

    /// A lent call that did not leave, or came back without an answer. `code`: as `X-Bitting-Error` says it.
    func countLent(code: String?) {
        unlent[code.flatMap { Self.lendCodes.firstIndex(of: $0) } ?? Self.lendCodes.count].add(1)
    }

    func countRefusedHead() { refusedHeads.add(1) }
    func countOpened() { open.add(1) }
    func countClosed() { open.subtractOne() }
    func countTunnelled(_ bytes: Int) { tunnelled.add(UInt64(bytes)) }

    /// The sum of several loops' counters.
    struct Total {
        var verdicts: [(route: Route, code: VerdictCode, count: UInt64)] = []
        var statuses: [(route: Route, status: Int, count: UInt64)] = []
        var buckets: [UInt64] = []
        var latencySum: UInt64 = 0
        var lookups: UInt64 = 0
        var refusedHeads: UInt64 = 0
        var echoes: UInt64 = 0
        var open: UInt64 = 0
        /// Bytes through blind tunnels.
        var tunnelled: UInt64 = 0
        /// By the first digit of the provider's status.
        var lent: [UInt64] = []
        var unlent: [(code: String, count: UInt64)] = []
    }

    static func total(_ all: [Counters]) -> Total {
        var total = Total()
        for route in Route.allCases {
            for code in VerdictCode.allCases {
                let count = all.reduce(0) { $0 + $1.verdicts[route.rawValue * codes + Int(code.rawValue)].current }
                if count > 0 { total.verdicts.append((route, code, count)) }
            }
            for status in 0..<600 {
                let count = all.reduce(0) { $0 + $1.statuses[route.rawValue * 600 + status].current }
                if count > 0 { total.statuses.append((route, status, count)) }
            }
        }
        total.buckets = (0...bounds.count).map { bucket in all.reduce(0) { $0 + $1.buckets[bucket].current } }
        total.latencySum = all.reduce(0) { $0 + $1.latencySum.current }
        total.lookups = all.reduce(0) { $0 + $1.lookups.current }
        total.echoes = all.reduce(0) { $0 + $1.echoes.current }
        total.refusedHeads = all.reduce(0) { $0 + $1.refusedHeads.current }
        total.lent = (0..<lentClasses).map { place in all.reduce(0) { $0 + $1.lent[place].current } }
        total.unlent = (lendCodes + ["other"]).enumerated().map { place, code in
            (code, all.reduce(0) { $0 + $1.unlent[place].current })
        }
        total.open = all.reduce(0) { $0 + $1.open.current }
        total.tunnelled = all.reduce(0) { $0 + $1.tunnelled.current }
        return total
    }
}
