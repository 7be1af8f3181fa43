// SPDX-License-Identifier: Apache-2.0
import Access
import HeldKeys
import Offboarding
import Wire

extension JSONWriter {
    /// An offboarding as it is shown.
    mutating func members(of offboarding: Offboarding, state: String? = nil) {
        if state == nil { text("id", offboarding.id) }
        key("subject")
        object { writer in
            writer.member("type", offboarding.subject.type.rawValue)
            writer.text("id", offboarding.subject)
            writer.member("name", offboarding.name)
        }
        text("account", offboarding.account)
        member("state", state ?? offboarding.state.rawValue)
        member("reason", offboarding.terms.reason)
        text("deadline", offboarding.deadline)
        member("keys", offboarding.terms.keys.rawValue)
        text("assignee", offboarding.terms.assignee)
        key("progress")
        object { writer in
            writer.member("total", offboarding.progress.total)
            writer.member("done", offboarding.progress.done)
            writer.member("waiting", offboarding.progress.waiting)
            writer.member("person", offboarding.progress.person)
            writer.member("kept", offboarding.progress.kept)
        }
        member("started_by", offboarding.startedBy)
        text("started_at", offboarding.startedAt)
        text("ended_at", offboarding.endedAt)
        member("cancelled_by", offboarding.cancelledBy)
        text("erase_at", offboarding.eraseAt)
        text("erased_at", offboarding.erasedAt)
    }

    /// Its items, and where the next ones are.
    mutating func items(
        _ items: [(item: OffboardingItem, rotation: Rotation?)], of offboarding: Offboarding, next: String?,
        at now: Instant
    ) {
        key("items")
        array { writer in
            for (item, rotation) in items { writer.object { $0.members(of: item, rotation, offboarding, at: now) } }
        }
        member("next_cursor", next)
    }

    /// An item as it is shown.
    mutating func members(
        of item: OffboardingItem, _ rotation: Rotation?, _ offboarding: Offboarding, at now: Instant
    ) {
        member("number", item.number)
        member("kind", item.kind.rawValue)
        member("id", item.id)
        member("name", item.name)
        member("action", item.action.rawValue)
        member("state", item.state.rawValue)
        member("risk", item.risk)
        text("rotation", item.rotation)
        member("stage", rotation?.stage.rawValue)
        member("task", rotation?.task?.rawValue)
        member("fault", rotation?.fault?.rawValue)
        member("waits_for", item.waitsFor(rotation))
        text("by", rotation?.terms.assignee)
        text("due_at", offboarding.deadline)
        member("is_late", item.state != .kept && (item.doneAt ?? now) > offboarding.deadline)
        text("done_at", item.doneAt)
        member("note", item.note)
    }
}

extension Call {
    /// One offboarding with its first items.
    func answer(_ offboarding: Offboarding) async throws -> Answer {
        let reader = caller.mayAlso(Permission.offboardingsRead)
        let limit = Offboarding.shownAtOnce
        let found = try await ports.offboardings.items(
            by: reader, of: offboarding.id, nil, after: 0, limit: limit + 1, at: now)
        let shown = try await ports.offboardings.find(by: reader, offboarding.id, at: now)
        let next =
            found.count > limit ? ListPosition.cursor(of: "items", after: String(found[limit - 1].item.number)) : nil
        return .one(revision: shown.revision) { writer in
            writer.members(of: shown)
            writer.items(Array(found.prefix(limit)), of: shown, next: next, at: now)
        }
    }
}
