// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import HeldKeys
internal import IssuedKeys

/// Finds out what ends with a party, page by page.
struct OffboardingPlan {
    let offboarding: Offboarding
    let records: any OffboardingRecords

    /// So many items are found in one go.
    static let atOnce = 1000

    /// The next items, not numbered yet, and where those after them are; nil at the end.
    func next(_ cursor: Offboarding.Cursor) throws -> (found: [Found], next: Offboarding.Cursor?) {
        switch cursor.phase {
        case .operators: (try person(), Offboarding.Cursor(phase: .keys, after: nil))
        case .keys: try keys(after: cursor.after)
        case .integrations: try integrations(after: cursor.after)
        case .credentials: try credentials(after: cursor.after)
        }
    }

    /// What an item is about, before it has a number.
    struct Found: Equatable {
        let kind: OffboardingItem.Kind
        let id: String
        let name: String
        let action: OffboardingItem.Action
        let risk: Int64
        var note: String? = nil
    }

    private func person() throws -> [Found] {
        guard case .user(let id) = offboarding.subject, let person = try records.person(id), person.removedAt == nil
        else { return [] }
        return [Found(kind: .operator, id: id.description, name: person.name, action: .remove, risk: 1000)]
    }

    private func keys(after: String?) throws -> ([Found], Offboarding.Cursor?) {
        var filter = KeyFilter()
        if case .account(let id) = offboarding.subject {
            filter.account = id
        } else {
            filter.owner = offboarding.subject
        }
        let page = try records.keys(filter, visible: nil, Page(after: after, limit: Self.atOnce))
        let found = page.compactMap { key -> Found? in
            if case .revoked = key.state { return nil }
            let isTransferred = offboarding.terms.transfer?.keys.contains(key.id) ?? false
            return Found(
                kind: .key, id: key.id.description, name: key.name,
                action: isTransferred ? .transfer : offboarding.terms.keys == .lock ? .lock : .revoke, risk: 900)
        }
        return (found, cursor(.keys, page.last?.id.description, isLast: page.count < Self.atOnce, then: .integrations))
    }

    private func integrations(after: String?) throws -> ([Found], Offboarding.Cursor?) {
        var filter = IntegrationFilter()
        switch offboarding.subject {
        case .account(let id): filter.account = id
        case .app(let id): filter.app = id
        case .user: return ([], Offboarding.Cursor(phase: .credentials, after: nil))
        }
        let page = try records.integrations(filter, visible: nil, Page(after: after, limit: Self.atOnce))
        let found = page.filter { $0.state != .revoked }.map {
            Found(kind: .integration, id: $0.id.description, name: $0.name, action: .revoke, risk: 800)
        }
        return (
            found,
            cursor(.integrations, page.last?.id.description, isLast: page.count < Self.atOnce, then: .credentials)
        )
    }

    private func cursor(
        _ phase: Offboarding.Phase, _ after: String?, isLast: Bool, then: Offboarding.Phase
    ) -> Offboarding.Cursor {
        isLast ? .init(phase: then, after: nil) : .init(phase: phase, after: after)
    }

    private func credentials(after: String?) throws -> ([Found], Offboarding.Cursor?) {
        switch offboarding.subject {
        case .account(let id):
            var filter = CredentialFilter()
            (filter.account, filter.isDeleted) = (id, false)
            let page = try records.credentials(filter, visible: nil, Page(after: after, limit: Self.atOnce))
            let found = try page.map { item(of: $0, risk: try exposureRisk(of: $0)) }
            let isLast = page.count < Self.atOnce
            return (found, isLast ? nil : .init(phase: .credentials, after: page.last?.id.description))
        case .app, .user: return (try exposed(), nil)
        }
    }

    private func item(of credential: Credential, risk: Int64) -> Found {
        Found(
            kind: .credential, id: credential.id.description, name: credential.name, action: .rotate, risk: risk)
    }

    /// What many have seen goes before what nobody has.
    private func exposureRisk(of credential: Credential) throws -> Int64 {
        var filter = ExposureFilter()
        filter.credential = credential.id
        let rows = try records.exposures(filter, visible: nil, Page(after: nil, limit: Page.longest))
        return 100 + Int64(min(400, rows.count(where: { $0.kind != .deposit }) * 10 + rows.count))
    }

    /// The credentials of which the party saw a version that still has a value. One page: each counts once, however
    /// often it was seen.
    private func exposed() throws -> [Found] {
        var filter = ExposureFilter()
        switch offboarding.subject {
        case .user(let id): filter.user = id
        case .app(let id): filter.app = id
        case .account: return []
        }
        var seen: [CredentialID: (versions: Set<Int64>, asValue: Bool)] = [:]
        var after: String?
        repeat {
            let rows = try records.exposures(filter, visible: nil, Page(after: after, limit: Self.atOnce))
            for row in rows {
                seen[row.credential, default: ([], false)].versions.insert(row.version)
                if row.kind != .deposit { seen[row.credential]?.asValue = true }
            }
            after = rows.count == Self.atOnce ? rows.last?.id.description : nil
        } while after != nil
        return try seen.sorted { $0.key < $1.key }.compactMap { id, sight in
            guard let credential = try records.credential(id), credential.deletion == nil else { return nil }
            let living = credential.versions.filter { $0.state != .retired && sight.versions.contains($0.number) }
            var found = item(of: credential, risk: sight.asValue ? 600 : 500)
            if living.isEmpty { found.note = "The value that was seen is destroyed already." }
            return found
        }
    }
}
