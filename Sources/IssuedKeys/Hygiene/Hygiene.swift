// SPDX-License-Identifier: Apache-2.0
package import Access

/// What a transaction offers to look for what should not stay as it is.
package protocol HygieneRecords: UseRecords {
    /// Keys that may be findings of a kind, in the order of their ids; only those in `visible` accounts (nil for all).
    func candidates(
        _ kind: HygieneKind, in scope: UsageScope, visible: Set<AccountID>?, _ page: Page, at now: Instant
    ) throws -> [Key]
    /// What calls with a key needed.
    func needs(of key: KeyID) throws -> [ScopeNeed]
}

/// Looks for keys and keyspaces that should not stay as they are.
package struct Hygiene: Sendable {
    private let store: any Store<any HygieneRecords>

    /// So many keys are looked at for one page; then it is given as it is.
    private static let candidatesAtMost = 5000

    /// Over a store.
    package init(store: any Store<any HygieneRecords>) { self.store = store }

    /// Which findings a list shows. Absent conditions allow all.
    package struct Filter: Equatable, Sendable {
        package var kind: HygieneKind?
        package var scope = UsageScope()

        /// A filter that lets everything through.
        package init() {}
    }

    /// A page of findings, by weight; `next` is where the page after it starts. A page may hold fewer than its limit.
    package func list(
        by caller: Caller, _ filter: Filter, _ page: Page, at now: Instant
    ) async throws -> (items: [HygieneFinding], next: String?) {
        try await store.read(by: caller, needing: Permission.keysRead, "hygiene.list", at: now) { records in
            try Search(records: records, caller: caller, filter: filter, now: now).page(page)
        }
    }

    /// The finding of that kind about that subject, if it still is one.
    package func find(
        by caller: Caller, _ kind: HygieneKind, _ subject: HygieneSubject, at now: Instant
    ) async throws -> HygieneFinding {
        try await store.read(by: caller, needing: Permission.keysRead, "hygiene.find", at: now) { records in
            let search = Search(records: records, caller: caller, filter: Filter(), now: now)
            guard let finding = try search.finding(kind, subject) else { throw Refusal.notFound("finding") }
            return finding
        }
    }

    /// One walk through the kinds, each in the order of its subjects' ids.
    private struct Search {
        let records: any HygieneRecords
        let caller: Caller
        let filter: Filter
        let now: Instant

        func page(_ page: Page) throws -> (items: [HygieneFinding], next: String?) {
            var found: [HygieneFinding] = []
            var looked = 0
            for place in places(from: page.after) {
                var after = place.after
                while let batch = try batch(place.kind, after: after) {
                    for (id, finding) in batch {
                        after = id
                        looked += 1
                        if let finding { found.append(finding) }
                        if found.count == page.limit || looked >= Hygiene.candidatesAtMost {
                            return (found, "\(place.kind.rawValue)/\(id)")
                        }
                    }
                }
            }
            return (found, nil)
        }

        /// The kinds that are left, and how far the first of them was gone through.
        private func places(from cursor: String?) -> [(kind: HygieneKind, after: String?)] {
            var kinds = HygieneKind.allCases.filter { filter.kind == nil || filter.kind == $0 }
            guard let cursor, let slash = cursor.firstIndex(of: "/"),
                let kind = HygieneKind(rawValue: String(cursor[..<slash]))
            else { return kinds.map { ($0, nil) } }
            kinds.removeAll { $0.weight > kind.weight }
            return kinds.map { ($0, $0 == kind ? String(cursor[cursor.index(after: slash)...]) : nil) }
        }

        /// The next subjects of a kind, those that are none of its findings after all without one; nil at the end.
        private func batch(_ kind: HygieneKind, after: String?) throws -> [(id: String, finding: HygieneFinding?)]? {
            let page = Page(after: after, limit: Page.longest)
            let batch: [(id: String, finding: HygieneFinding?)]
            switch kind {
            case .noMaxLifetime: batch = try keyspaces(page)
            default:
                let rules = HygieneRules(records: records, now: now)
                batch = try records.candidates(kind, in: filter.scope, visible: caller.accounts, page, at: now).map {
                    key in
                    (key.id.description, try rules.finding(kind, key))
                }
            }
            return batch.isEmpty ? nil : batch
        }

        /// Rules of keyspaces are the business of callers that may change them.
        private func keyspaces(_ page: Page) throws -> [(id: String, finding: HygieneFinding?)] {
            guard caller.scopes.covers(Permission.settingsRead), caller.accounts == nil, filter.scope.account == nil
            else { return [] }
            return try records.keyspaces(page).map { ($0.id.description, finding($0)) }
        }

        private func finding(_ keyspace: Keyspace) -> HygieneFinding? {
            guard keyspace.maxLifetime == nil, !keyspace.isBuiltIn, filter.scope.keyspace ?? keyspace.id == keyspace.id
            else { return nil }
            return HygieneFinding(
                kind: .noMaxLifetime, subject: .keyspace(keyspace.id), name: keyspace.name, account: nil,
                since: keyspace.createdAt, detail: "Keys of this keyspace may live for ever.",
                fix: .boundLifetime(keyspace.id, HygieneTerms.longLife))
        }

        func finding(_ kind: HygieneKind, _ subject: HygieneSubject) throws -> HygieneFinding? {
            switch (kind, subject) {
            case (.noMaxLifetime, .keyspace(let id)):
                try keyspaces(Page(after: nil, limit: .max)).first { $0.id == id.description }?.finding
            case (_, .key(let id)):
                try HygieneRules(records: records, now: now).finding(kind, Keys.visible(id, to: caller, records))
            case (_, .keyspace): nil
            }
        }
    }
}
