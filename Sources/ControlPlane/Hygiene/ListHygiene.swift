// SPDX-License-Identifier: Apache-2.0
import Access
import HeldKeys
import IssuedKeys

/// `GET /v1/hygiene`.
func listHygiene(_ call: Call) async throws -> Answer {
    let kind = try call.query.value("kind", "a kind such as `never_used`") { AnyHygieneKind($0) }
    let scope = try await UsageScope(call)
    let position = try ListPosition("hygiene", call.query)
    await call.ports.flushUses()
    let search = HygieneSearch(call: call, kind: kind, scope: scope)
    let found = try await search.page(position.page)
    return .page(found.items, next: position.cursor(after: found.next)) { $0.members(of: $1) }
}

/// One walk through the kinds of both sides, the weightiest first.
private struct HygieneSearch {
    let call: Call
    let kind: AnyHygieneKind?
    let scope: UsageScope

    func page(_ page: Page) async throws -> PageItems<AnyFinding> {
        var items: [AnyFinding] = []
        var place = place(page.after)
        for kind in kinds(from: place?.kind) {
            guard items.count < page.limit else { return PageItems(items: items, next: "\(kind.text)/") }
            let found = try await findings(kind, Page(after: place?.after, limit: page.limit - items.count))
            items += found.items
            if let next = found.next { return PageItems(items: items, next: "\(kind.text)/\(next)") }
            place = nil
        }
        return PageItems(items: items, next: nil)
    }

    /// A cursor is a kind, a slash, and the last subject of that kind that was looked at; none yet where it is empty.
    private func place(_ cursor: String?) -> (kind: AnyHygieneKind, after: String?)? {
        guard let cursor, let slash = cursor.firstIndex(of: "/"), let kind = AnyHygieneKind(String(cursor[..<slash]))
        else { return nil }
        let after = cursor[cursor.index(after: slash)...]
        return (kind, after.isEmpty ? nil : String(after))
    }

    private func kinds(from first: AnyHygieneKind?) -> [AnyHygieneKind] {
        let all = AnyHygieneKind.all.filter { kind == nil || kind == $0 }
        guard let first, let position = all.firstIndex(of: first) else { return all }
        return Array(all[position...])
    }

    private func findings(_ kind: AnyHygieneKind, _ page: Page) async throws -> PageItems<AnyFinding> {
        switch kind {
        case .issued(let kind):
            var filter = Hygiene.Filter()
            (filter.kind, filter.scope) = (kind, scope)
            let from = Page(after: page.after.map { "\(kind.rawValue)/\($0)" }, limit: page.limit)
            let found = try await call.ports.hygiene.list(by: call.caller, filter, from, at: call.now)
            let next = found.next.flatMap { $0.split(separator: "/").last.map(String.init) }
            return PageItems(items: found.items.map { .issued($0) }, next: next)
        case .held(let kind):
            guard call.caller.scopes.covers(kind.permission), scope.keyspace == nil else {
                return PageItems(items: [], next: nil)
            }
            let found = try await call.ports.heldHygiene.list(
                by: call.caller, kind, of: scope.account, page, at: call.now)
            return PageItems(items: found.items.map { .held($0) }, next: found.next)
        }
    }
}
