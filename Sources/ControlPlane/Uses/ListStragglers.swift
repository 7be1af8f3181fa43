// SPDX-License-Identifier: Apache-2.0
import Access
import IssuedKeys
import Wire

/// `GET /v1/keys/{id}/stragglers`: who still shows the secret that is retiring.
func listStragglers(_ call: Call) async throws -> Answer {
    let page = try CountedPage("stragglers", call.query)
    await call.ports.flushUses()
    let found = try await call.ports.uses.stragglers(
        by: call.caller, of: call.id("key"), skipping: page.skipping, limit: page.limit + 1, at: call.now)
    let (items, next) = page.cut(found.stragglers)
    return .json { writer in
        writer.object { writer in
            writer.retirement(found.retiring)
            writer.key("items")
            writer.array { writer in for straggler in items { writer.object { $0.members(of: straggler) } } }
            writer.member("next_cursor", next)
        }
    }
}

extension JSONWriter {
    fileprivate mutating func members(of straggler: Straggler) {
        members(of: straggler.visitor)
        member("uses", straggler.uses)
        text("first_at", straggler.firstAt)
        text("last_at", straggler.lastAt)
    }
}
