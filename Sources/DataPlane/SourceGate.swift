// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import IssuedKeys

/// Slows down whoever shows bad keys, before anything is looked up.
///
/// Each address may show so many bad keys; one more comes back with time. Beyond that, its calls are refused unread,
/// but for keys that were good from that very address lately: neighbours behind one address are not shut out by one of
/// them. Confined to one event loop; remembers a bounded number of addresses, and nothing of those that behave.
final class SourceGate {
    private struct Source {
        /// When all that was shown is forgiven, in ticks.
        var end: UInt64
        /// Fingerprints of keys that were good, the newest last. Keyed by chance at start; nothing is told by them.
        var good: [Int] = []
    }

    private static let goodKept = 8
    private static let sourcesKept = 4096

    private let interval: UInt64
    private let tolerance: UInt64
    private var sources: [IPAddress: Source] = [:]

    private let trusted: [AddressRange]
    /// Until one more bad key is forgiven, in seconds.
    private let retryAfter: Int64
    /// The refusal as bytes, and the one for gateways that pass on no 429.
    let refusal: WrittenRefusals.Written
    let hiddenRefusal: WrittenRefusals.Written
    /// How many addresses are remembered.
    var size: Int { sources.count }

    /// A gate that lets `perMinute` bad keys of one address through; nil for any number. Addresses of gateways that do
    /// not tell whose call it is are not held against it: all their clients would be.
    init(perMinute: Int?, sparing trusted: [AddressRange]) {
        let count = UInt64(max(1, perMinute ?? 1))
        interval = perMinute == nil ? 0 : 60_000_000_000 / count
        tolerance = interval * count
        self.trusted = trusted
        retryAfter = max(1, Int64((interval + 999_999_999) / 1_000_000_000))
        refusal = WrittenRefusals.written(.tooManyBadKeys(retryAfter: retryAfter))
        hiddenRefusal = WrittenRefusals.written(.tooManyBadKeys(retryAfter: retryAfter, hidesStatus: true))
    }

    /// What is answered to an address that showed too many.
    var problem: Problem { .tooManyBadKeys(retryAfter: retryAfter) }

    /// How a decided key bears on its address.
    @inline(__always)
    func note(_ verdict: Verdict, _ key: Span<UInt8>, from address: IPAddress?, tick: UInt64) {
        switch verdict {
        case .malformed, .unknown: noteBad(address, tick: tick)
        case .valid: noteGood(key, from: address)
        default: break
        }
    }

    /// Whether a key from `address` is worth a look.
    @inline(__always)
    func admits(_ key: Span<UInt8>, from address: IPAddress?, tick: UInt64) -> Bool {
        guard !sources.isEmpty, let address else { return true }
        return admitsKnown(key, Self.network(address), tick)
    }

    private func admitsKnown(_ key: Span<UInt8>, _ source: IPAddress, _ tick: UInt64) -> Bool {
        guard let known = sources[source] else { return true }
        guard known.end > tick else {
            sources[source] = nil
            return true
        }
        return known.end - tick <= tolerance - interval || known.good.contains(Self.fingerprint(key))
    }

    /// A key from `address` was bad.
    private func noteBad(_ address: IPAddress?, tick: UInt64) {
        guard interval > 0, let address, !trusted.contains(where: { $0.contains(address) }) else { return }
        let source = Self.network(address)
        if sources[source] == nil, sources.count >= Self.sourcesKept { forget(tick) }
        let known = sources[source] ?? Source(end: tick)
        sources[source] = Source(end: max(known.end, tick) + interval, good: known.good)
    }

    /// A key from `address` was good. Of no interest unless others from there were not.
    @inline(__always)
    private func noteGood(_ key: Span<UInt8>, from address: IPAddress?) {
        guard !sources.isEmpty, let address else { return }
        remember(key, Self.network(address))
    }

    private func remember(_ key: Span<UInt8>, _ source: IPAddress) {
        guard var known = sources[source] else { return }
        let print = Self.fingerprint(key)
        guard !known.good.contains(print) else { return }
        if known.good.count == Self.goodKept { known.good.removeFirst() }
        known.good.append(print)
        sources[source] = known
    }

    /// Makes room: those that are forgiven, else all. Forgetting too much lets a flood begin anew, no more.
    private func forget(_ tick: UInt64) {
        sources = sources.filter { $0.value.end > tick }
        if sources.count >= Self.sourcesKept { sources.removeAll(keepingCapacity: true) }
    }

    /// An IPv6 address stands for its /64, which one customer has whole.
    private static func network(_ address: IPAddress) -> IPAddress {
        address.isV4 ? address : IPAddress(v6High: address.high, low: 0)
    }

    private static func fingerprint(_ key: Span<UInt8>) -> Int {
        var hasher = Hasher()
        unsafe key.withUnsafeBytes { unsafe hasher.combine(bytes: $0) }
        return hasher.finalize()
    }
}
