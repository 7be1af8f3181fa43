// SPDX-License-Identifier: Apache-2.0
import Access
import Secrets
import Telling
import Wire

/// `GET /v1/events`. The cursor is the sequence of the last event shown, so a reader can go on from any line it has.
///
/// With `wait` it answers as soon as there is something to show, or with nothing when the time is over; its cursor then
/// always leads on.
func listEvents(_ call: Call) async throws -> Answer {
    let after = try call.query.number("after", 0...Int64.max) ?? 0
    let limit = try call.query.number("limit", 1...Int64(Page.longest)).map(Int.init) ?? ListPosition.usualLimit
    let choice = EventChoice(
        account: try call.query.id("account", "an account"),
        action: try call.query.value("action", "an action such as `key.revoke`") { isAction($0) ? $0 : nil },
        types: try call.query.value("type", "types such as `key.*`, with commas between, 50 at most", patterns) ?? [])
    let wait = try call.query.value("wait", "a length of time up to 60s") { text in
        Length(text).flatMap { $0 <= .seconds(60) ? $0 : nil }
    }
    if let wait, wait > .seconds(0) { return try await awaitedEvents(call, choice, after, limit, wait) }
    let found = try await call.ports.events(call.caller, choice, after, limit + 1, call.now)
    return page(found, limit, end: nil)
}

/// Looks, waits for more, and looks again behind what it has seen.
private func awaitedEvents(
    _ call: Call, _ choice: EventChoice, _ after: Int64, _ limit: Int, _ wait: Length
) async throws -> Answer {
    let room = call.ports.telling.waiting
    let end = ContinuousClock.now + .milliseconds(wait.milliseconds)
    var seen = room.newest
    var found = try await call.ports.events(call.caller, choice, after, limit + 1, call.now)
    var last = max(after, seen)
    if found.isEmpty {
        guard let seat = room.seat(for: call.caller) else { throw RequestFault.tooManyWaiting }
        while found.isEmpty, await seat.wait(after: last, atMost: end - .now) {
            seen = room.newest
            found = try await call.ports.events(try call.callerNow(call.ports.now()), choice, last, limit + 1, call.now)
            last = max(last, seen)
        }
    }
    return page(found, limit, end: last)
}

/// `end`: how far the trail was looked through, where that leads on.
private func page(_ found: [Event], _ limit: Int, end: Int64?) -> Answer {
    let items = Array(found.prefix(limit))
    let last = items.last.map(\.sequence)
    let next = found.count > limit ? last : end.map { max($0, last ?? 0) }
    return .page(items, next: next.map { String($0) }) { $0.members(of: $1) }
}

private func patterns(_ text: String) -> [EventPattern]? {
    let parts = text.split(separator: ",", omittingEmptySubsequences: false)
    let patterns = parts.compactMap { EventPattern($0) }
    return patterns.count == parts.count && patterns.count <= EventPattern.most ? patterns : nil
}

/// A noun, a dot and a verb, each of 1 to 32 lower-case letters and underscores.
private func isAction(_ text: String) -> Bool {
    let words = text.split(separator: ".", omittingEmptySubsequences: false)
    return words.count == 2
        && words.allSatisfy { word in
            (1...32).contains(word.utf8.count) && word.utf8.allSatisfy { (0x61...0x7A).contains($0) || $0 == 0x5F }
        }
}

extension JSONWriter {
    /// An event as it is shown: all that its hash is made of.
    fileprivate mutating func members(of event: Event) {
        member("sequence", event.sequence)
        text("id", event.id)
        text("at", event.at)
        member("action", event.action)
        member("outcome", event.outcome.rawValue)
        member("caller", event.caller)
        member("address", event.address)
        member("subject", event.subject)
        text("account", event.account)
        key("details")
        object { writer in
            for detail in event.details { writer.member(detail.name, detail.value) }
        }
        member("previous_hash", event.previous.hexadecimal)
        member("hash", event.hash.hexadecimal)
    }
}
