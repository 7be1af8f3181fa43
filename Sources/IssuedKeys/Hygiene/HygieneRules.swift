// SPDX-License-Identifier: Apache-2.0
internal import Access

/// Decides what is to be said of one key. Pure but for the records it asks; the candidates that it is given were found
/// by the same terms in SQL, which cannot see everything.
struct HygieneRules {
    let records: any HygieneRecords
    let now: Instant

    /// The finding of that kind, if the key is one.
    func finding(_ kind: HygieneKind, _ key: Key) throws -> HygieneFinding? {
        switch kind {
        case .retiringStragglers: try straggling(key)
        case .expiringSoon: try expiring(key)
        case .olderThanPolicy: try overdue(key)
        case .widerThanUse: try wide(key)
        case .neverUsed: try neverUsed(key)
        case .idle: try idle(key)
        case .noExpiry: try unending(key)
        case .disabledLong: try disabled(key)
        case .noMaxLifetime: nil
        }
    }

    private func found(
        _ kind: HygieneKind, _ key: Key, since: Instant, _ detail: String, _ fix: HygieneFix?
    ) -> HygieneFinding {
        HygieneFinding(
            kind: kind, subject: .key(key.id), name: key.name, account: key.account, since: since, detail: detail,
            fix: fix)
    }

    private func isActive(_ key: Key) -> Bool {
        key.state == .active && key.expiresAt.map { $0 > now } ?? true
    }

    private func straggling(_ key: Key) throws -> HygieneFinding? {
        guard isActive(key), let retiring = key.retirement(at: now),
            retiring.graceExpiresAt < now + HygieneTerms.graceEnding,
            retiring.graceExpiresAt < key.expiresAt ?? .distantFuture
        else { return nil }
        let stragglers = try records.stragglers(of: key.id, since: retiring.since, skipping: 0, limit: Page.longest)
            .filter { $0.lastAt > now - HygieneTerms.straggling }
        guard let last = stragglers.first else { return nil }
        return found(
            .retiringStragglers, key, since: retiring.since,
            "The old secret stops at \(retiring.graceExpiresAt), and was used at \(last.lastAt) from "
                + "\(last.visitor.address?.description ?? "an unknown address"); in the last day \(stragglers.count) "
                + (stragglers.count == 1 ? "caller has" : "callers have") + " not switched.",
            .extendGrace(key.id, to: HygieneTerms.grace))
    }

    private func expiring(_ key: Key) throws -> HygieneFinding? {
        guard isActive(key), let expiry = key.expiresAt, expiry <= now + HygieneTerms.expiring,
            let last = try records.use(of: key.id).lastAt, last > now - HygieneTerms.expiring
        else { return nil }
        let bound = try records.keyspace(key.keyspace)?.maxLifetime.map { key.createdAt + $0 } ?? .distantFuture
        let renewed = min(now + HygieneTerms.renewal, bound)
        return found(
            .expiringSoon, key, since: expiry - HygieneTerms.expiring,
            "It expires at \(expiry), and was used at \(last)."
                + (renewed > expiry ? "" : " Its keyspace does not let it live longer: issue another one in time."),
            renewed > expiry ? .expire(key.id, at: renewed) : nil)
    }

    private func overdue(_ key: Key) throws -> HygieneFinding? {
        guard isActive(key), let keyspace = try records.keyspace(key.keyspace), let due = key.rotationDue(in: keyspace),
            due <= now, key.retirement(at: now) == nil
        else { return nil }
        return found(
            .olderThanPolicy, key, since: due,
            "Keys of \(keyspace.name) are to be rotated every \(keyspace.rotateEvery?.description ?? ""); "
                + "this one's secret was due at \(due).",
            .rotate(key.id, grace: HygieneTerms.grace))
    }

    private func wide(_ key: Key) throws -> HygieneFinding? {
        guard isActive(key), let needs = ScopeNeeds(try records.needs(of: key.id), at: now),
            let narrower = needs.narrower(than: key.scopes)
        else { return nil }
        let idle = key.scopes.scopes.filter { !narrower.scopes.contains($0) }.map(\.description)
        return found(
            .widerThanUse, key, since: needs.since,
            "In \(HygieneTerms.idle) of use no call needed \(idle.joined(separator: ", "))"
                + (key.scopes.covers(all: narrower) && narrower.scopes.contains { !key.scopes.scopes.contains($0) }
                    ? " as a whole." : "."),
            .narrow(key.id, to: narrower))
    }

    private func neverUsed(_ key: Key) throws -> HygieneFinding? {
        guard isActive(key), max(key.createdAt, key.notBefore ?? key.createdAt) <= now - HygieneTerms.neverUsed,
            try records.use(of: key.id).lastAt == nil, try mayStop(key)
        else { return nil }
        return found(.neverUsed, key, since: key.createdAt, "It was never used since it was made.", .revoke(key.id))
    }

    private func idle(_ key: Key) throws -> HygieneFinding? {
        guard isActive(key), let last = try records.use(of: key.id).lastAt, last <= now - HygieneTerms.idle,
            try mayStop(key)
        else { return nil }
        return found(
            .idle, key, since: last, "It was last used at \(last). Disabled, it can be enabled again.",
            .disable(key.id))
    }

    private func unending(_ key: Key) throws -> HygieneFinding? {
        guard isActive(key), key.expiresAt == nil, key.notBefore ?? now < now + HygieneTerms.longLife else {
            return nil
        }
        return found(
            .noExpiry, key, since: key.createdAt, "It never expires.",
            .expire(key.id, at: now + HygieneTerms.longLife))
    }

    private func disabled(_ key: Key) throws -> HygieneFinding? {
        guard key.state == .disabled, key.updatedAt <= now - HygieneTerms.idle else { return nil }
        return found(
            .disabledLong, key, since: key.updatedAt, "It is disabled since \(key.updatedAt) at the latest.",
            .revoke(key.id))
    }

    /// The last key that may do everything is kept, however idle.
    private func mayStop(_ key: Key) throws -> Bool {
        var stopped = key
        stopped.state = .disabled
        do {
            try LastManagementKey.check(key, stopped, records, at: now)
            return true
        } catch Refusal.conflict {
            return false
        }
    }
}
