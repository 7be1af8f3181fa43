// SPDX-License-Identifier: Apache-2.0
package import Access
package import HeldKeys
internal import IssuedKeys

/// Offboardings: begin, read, cancel.
package struct Offboardings: Sendable {
    let store: any Store<any OffboardingRecords>
    let random: Randomness

    /// Over a store and a source of randomness.
    package init(store: any Store<any OffboardingRecords>, random: Randomness) {
        self.store = store
        self.random = random
    }

    /// Begins. When this returns the party is frozen, its keys are refused, and the plan is written down.
    package func start(
        by caller: Caller, of subject: OwnerID, _ terms: OffboardingTerms, deadline: Instant, at now: Instant
    ) async throws -> Offboarding {
        let begun = try await store.change(
            by: caller, needing: Permission.offboardingsWrite, "offboarding.start", at: now
        ) { [random] records, note in
            var source = random
            let owner = try Self.check(subject, terms, caller, records, at: now)
            note.account = owner.account
            var begun = Offboarding(
                id: OffboardingID(at: now, using: &source), of: owner, terms, deadline: deadline, by: caller.name,
                at: now)
            note.subject = begun.id.description
            note.details = [
                .init("subject", subject.description), .init("name", owner.name),
                .init("deadline", deadline.description),
            ]
            if let reason = terms.reason { note.details.append(.init("reason", reason)) }
            try Self.hold(owner, &begun, records, at: now)
            try records.insert(begun)
            return begun
        }
        return try await plan(begun.id, at: now)
    }

    /// What is refused is refused before anything is done.
    private static func check(
        _ subject: OwnerID, _ terms: OffboardingTerms, _ caller: Caller, _ records: any OffboardingRecords,
        at now: Instant
    ) throws -> Owner {
        guard let owner = try records.owner(subject), caller.sees(owner.account) else {
            throw Refusal.notFound(subject.type.rawValue)
        }
        guard subject.type != .account || owner.externalID != Owner.houseExternalID else {
            throw Refusal.conflict(
                detail: "This account runs the installation; offboarded, nobody could manage it.",
                fix: "Offboard users of it, or another account.")
        }
        guard try Keys.masterKeyRemains(without: subject, records, at: now) else {
            throw Refusal.conflict(
                detail: "The last management key that may do everything would end.",
                fix: "Issue another one with the scope *:* to somebody who stays, then offboard.")
        }
        if terms.eraseAfter != nil {
            guard subject.type == .account else {
                throw Refusal.invalid(
                    pointer: "/erase_after", detail: "Only an account has data keys of its own.", fix: "Leave it out.")
            }
            guard caller.scopes.covers(Permission.accountsErase) else {
                throw Refusal.missingScope(Permission.accountsErase)
            }
        }
        if let transfer = terms.transfer { try check(transfer, owner, records) }
        if let assignee = terms.assignee {
            guard try records.owner(.user(assignee)) != nil, .user(assignee) != subject else {
                throw Refusal.invalid(
                    pointer: "/assignee", detail: "There is no such user who stays.",
                    fix: "Give the id of another user, or leave it out.")
            }
        }
        return owner
    }

    private static func check(
        _ transfer: OffboardingTerms.Transfer, _ owner: Owner, _ records: any OffboardingRecords
    ) throws {
        guard owner.id.type != .account else {
            throw Refusal.invalid(
                pointer: "/transfer", detail: "Keys of an account that ends have nobody to go to.", fix: "Leave it out."
            )
        }
        guard let next = try records.owner(transfer.to), next.account == owner.account, transfer.to != owner.id else {
            throw Refusal.invalid(
                pointer: "/transfer/to", detail: "There is no such other owner in the same account.",
                fix: "Give the account itself, or an app or user of it.")
        }
        for (index, id) in transfer.keys.enumerated() where try records.key(id)?.owner != owner.id {
            throw Refusal.invalid(
                pointer: "/transfer/keys/\(index)", detail: "This is no key of the party.",
                fix: "Give ids of keys that it owns itself.")
        }
    }

    /// The party is frozen and locked, and what outlives it is out of its hands, in one moment.
    private static func hold(
        _ owner: Owner, _ offboarding: inout Offboarding, _ records: any OffboardingRecords, at now: Instant
    ) throws {
        if let transfer = offboarding.terms.transfer {
            for id in transfer.keys {
                guard var key = try records.key(id) else { continue }
                key.owner = transfer.to
                key.updatedAt = now
                key.revision += 1
                try records.update(key)
            }
        }
        try records.freeze(owner.id, for: offboarding.id)
        guard owner.lockedAt == nil else { return }
        var locked = owner
        locked.lockedAt = now
        locked.updatedAt = now
        locked.revision += 1
        try records.update(locked)
        offboarding.hasLocked = true
    }

    /// Writes the plan down, page by page; what was cut short goes on where it was.
    func plan(_ id: OffboardingID, at now: Instant) async throws -> Offboarding {
        while true {
            let offboarding = try await store.change(
                by: .offboarding(id), needing: Permission.offboardingsWrite, "offboarding.plan", at: now
            ) { records, note in
                guard var offboarding = try records.offboarding(id) else { throw Refusal.notFound("offboarding") }
                (note.subject, note.account) = (id.description, offboarding.account)
                guard offboarding.state == .planning, let cursor = offboarding.planned else { return offboarding }
                let (found, next) = try OffboardingPlan(offboarding: offboarding, records: records).next(cursor)
                try Self.write(found, &offboarding, records, at: now)
                offboarding.planned = next
                if next == nil { offboarding.state = .running }
                offboarding.revision += 1
                try records.update(offboarding)
                note.details = [.init("found", String(found.count)), .init("phase", cursor.phase.rawValue)]
                return offboarding
            }
            if offboarding.state != .planning { return offboarding }
        }
    }

    private static func write(
        _ found: [OffboardingPlan.Found], _ offboarding: inout Offboarding, _ records: any OffboardingRecords,
        at now: Instant
    ) throws {
        if offboarding.planned == .init(phase: .operators, after: nil), let transfer = offboarding.terms.transfer {
            for id in transfer.keys {
                try insert(
                    .init(
                        kind: .key, id: id.description, name: try records.key(id)?.name ?? "", action: .transfer,
                        risk: 950),
                    &offboarding, records, at: now)
            }
        }
        for each in found where each.action != .transfer { try insert(each, &offboarding, records, at: now) }
    }

    private static func insert(
        _ found: OffboardingPlan.Found, _ offboarding: inout Offboarding, _ records: any OffboardingRecords,
        at now: Instant
    ) throws {
        offboarding.progress.total += 1
        var item = OffboardingItem(
            offboarding: offboarding.id, number: offboarding.progress.total, kind: found.kind, id: found.id,
            name: found.name, action: found.action, risk: found.risk)
        if let note = found.note { (item.state, item.note, item.doneAt) = (.done, note, now) }
        try records.insert(item)
    }

    /// What an offboarding would do, at most so many items, without doing any of it.
    package func preview(
        by caller: Caller, of subject: OwnerID, _ terms: OffboardingTerms, deadline: Instant, limit: Int,
        at now: Instant
    ) async throws -> (offboarding: Offboarding, items: [OffboardingItem]) {
        try await store.read(by: caller, needing: Permission.offboardingsWrite, "offboarding.preview", at: now) {
            [random] records in
            var source = random
            let owner = try Self.check(subject, terms, caller, records, at: now)
            var preview = Offboarding(
                id: OffboardingID(at: now, using: &source), of: owner, terms, deadline: deadline, by: caller.name,
                at: now)
            var items: [OffboardingItem] = []
            var cursor = preview.planned
            while let place = cursor {
                let (found, next) = try OffboardingPlan(offboarding: preview, records: records).next(place)
                for each in found {
                    preview.progress.total += 1
                    guard items.count < limit else { continue }
                    var item = OffboardingItem(
                        offboarding: preview.id, number: preview.progress.total, kind: each.kind, id: each.id,
                        name: each.name, action: each.action, risk: each.risk)
                    item.note = each.note
                    items.append(item)
                }
                cursor = next
            }
            return (preview, items)
        }
    }

    /// One offboarding.
    package func find(by caller: Caller, _ id: OffboardingID, at now: Instant) async throws -> Offboarding {
        try await store.read(by: caller, needing: Permission.offboardingsRead, "offboarding.read", at: now) {
            try Self.visible(id, to: caller, $0)
        }
    }

    /// A page of offboardings, the oldest first.
    package func list(
        by caller: Caller, _ filter: OffboardingFilter, _ page: Page, at now: Instant
    ) async throws -> PageItems<Offboarding> {
        try await store.read(by: caller, needing: Permission.offboardingsRead, "offboarding.list", at: now) { records in
            let rows = try records.offboardings(
                filter, visible: caller.accounts, Page(after: page.after, limit: page.limit + 1)
            ).map { try Self.counted($0, records) }
            return PageItems(rows, limit: page.limit) { $0.id.description }
        }
    }

    /// A page of its items with the rotations that carry them out, in the order of their numbers.
    package func items(
        by caller: Caller, of id: OffboardingID, _ state: OffboardingItem.State?, after: Int64, limit: Int,
        at now: Instant
    ) async throws -> [(item: OffboardingItem, rotation: Rotation?)] {
        try await store.read(by: caller, needing: Permission.offboardingsRead, "offboarding.read", at: now) { records in
            _ = try Self.visible(id, to: caller, records)
            return try records.items(of: id, state, after: after, limit: limit).map { item in
                (item, try item.rotation.flatMap { try records.rotation($0) })
            }
        }
    }

    static func visible(
        _ id: OffboardingID, to caller: Caller, _ records: any OffboardingRecords
    ) throws -> Offboarding {
        guard let offboarding = try records.offboarding(id), caller.sees(offboarding.account) else {
            throw Refusal.notFound("offboarding")
        }
        return try counted(offboarding, records)
    }

    private static func counted(
        _ offboarding: Offboarding, _ records: any OffboardingRecords
    ) throws -> Offboarding {
        var counted = offboarding
        counted.progress = try records.progress(of: offboarding.id)
        return counted
    }
}
