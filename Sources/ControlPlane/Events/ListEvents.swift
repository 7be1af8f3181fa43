// SPDX-License-Identifier: Apache-2.0
import Access
import Secrets
import Wire

/// `GET /v1/events`. The cursor is the sequence of the last event shown, so a reader can go on from any line it has.
func listEvents(_ call: Call) async throws -> Answer {
    let after = try call.query.number("after", 0...Int64.max) ?? 0
    let limit = try call.query.number("limit", 1...Int64(Page.longest)).map(Int.init) ?? ListPosition.usualLimit
    let choice = EventChoice(
        account: try call.query.id("account", "an account"),
        action: try call.query.value("action", "an action such as `key.revoke`") { isAction($0) ? $0 : nil })
    let found = try await call.ports.events(call.caller, choice, after, limit + 1, call.now)
    let items = Array(found.prefix(limit))
    let next = found.count > limit ? items.last.map { String($0.sequence) } : nil
    return .page(items, next: next) { $0.members(of: $1) }
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
