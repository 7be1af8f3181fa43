// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import Secrets

/// The check of a trail, event by event.
struct TrailCheck {
    /// What is wrong with the trail, and where it was seen.
    struct Fault: Error {
        /// The line or item; nil for a data directory, which has neither.
        let place: String?
        let what: String
    }

    /// The sequence that the trail must begin with; nil for any.
    private let start: Int64?
    private var chain: EventChain?
    /// The events that were checked.
    private(set) var count = 0
    private(set) var first: Event?
    private(set) var last: Event?

    /// A check of a trail that begins with `start`, or anywhere.
    init(start: Int64?) {
        self.start = start
    }

    /// Whether what lies before the first event is not proven: it is taken on trust that its `previous_hash` is right.
    var trustsItsStart: Bool { (first?.sequence ?? 1) > 1 }

    /// Checks that `event` is the next one, unchanged. What stands before the demanded start is passed over.
    mutating func follow(_ event: Event, at place: String?) throws(Fault) {
        if first == nil, let start, event.sequence < start { return }
        var chain: EventChain
        if let current = self.chain { chain = current } else { chain = try beginning(with: event, place) }
        do throws(EventChain.Break) {
            try chain.follow(event)
        } catch {
            throw Fault(place: place, what: TrailCheck.reason(error))
        }
        self.chain = chain
        first = first ?? event
        last = event
        count += 1
    }

    private func beginning(with event: Event, _ place: String?) throws(Fault) -> EventChain {
        if let start, event.sequence != start {
            throw Fault(place: place, what: TrailCheck.missing(from: start, before: event.sequence))
        }
        guard event.sequence > 1 else { return .start }
        return EventChain(sequence: event.sequence - 1, hash: event.previous)
    }

    private static func missing(from first: Int64, before found: Int64) -> String {
        let missing = first == found - 1 ? "event \(first) is missing" : "events \(first) to \(found - 1) are missing"
        return "event \(found): \(missing) before it."
    }

    private static func reason(_ fault: EventChain.Break) -> String {
        switch fault {
        case .order(let expected, let found) where found > expected: missing(from: expected, before: found)
        case .order(let expected, let found):
            "event \(found) stands where event \(expected) belongs: it is repeated or out of order."
        case .link(let sequence):
            "event \(sequence) does not follow the one before it: one of the two was replaced."
        case .content(let sequence): "event \(sequence) was changed after it was written."
        }
    }
}
