// SPDX-License-Identifier: Apache-2.0
package import Access
internal import Secrets

/// What is given to make a keyspace.
package struct KeyspaceDraft: Equatable, Sendable {
    package var name: String
    package var prefix: String
    package var environment: String
    package var maxLifetime: Length?
    package var defaultLimits: [Limit]
    package var rotateEvery: Length?
    package var revokeWhenUnusedFor: Length?
    package var acceptsQueryParameter: Bool

    /// A draft.
    package init(
        name: String, prefix: String, environment: String = "live", maxLifetime: Length? = nil,
        defaultLimits: [Limit] = [], rotateEvery: Length? = nil, revokeWhenUnusedFor: Length? = nil,
        acceptsQueryParameter: Bool = false
    ) {
        self.name = name
        self.prefix = prefix
        self.environment = environment
        self.maxLifetime = maxLifetime
        self.defaultLimits = defaultLimits
        self.rotateEvery = rotateEvery
        self.revokeWhenUnusedFor = revokeWhenUnusedFor
        self.acceptsQueryParameter = acceptsQueryParameter
    }
}

/// What may be changed of a keyspace. Prefix and environment stand in every key's text and never change.
package struct KeyspacePatch: Equatable, Sendable {
    package var maxLifetime: Patch<Length> = .keep
    package var defaultLimits: Patch<[Limit]> = .keep
    package var rotateEvery: Patch<Length> = .keep
    package var revokeWhenUnusedFor: Patch<Length> = .keep
    package var acceptsQueryParameter: Patch<Bool> = .keep

    /// A patch that changes nothing.
    package init() {}
}

/// Keyspaces: create, read, change.
package struct Keyspaces: Sendable {
    private let store: any Store<any KeyRecords>
    private let random: Randomness

    /// Over a store and a source of randomness.
    package init(store: any Store<any KeyRecords>, random: Randomness) {
        self.store = store
        self.random = random
    }

    /// Makes a keyspace. Only the set-up makes the built-in one.
    package func create(
        by caller: Caller, _ draft: KeyspaceDraft, isBuiltIn: Bool = false, at now: Instant,
        keeping answer: Answering<Keyspace>? = nil
    ) async throws -> Keyspace {
        var source = random
        let keyspace = Keyspace(
            id: KeyspaceID(at: now, using: &source), name: draft.name, prefix: draft.prefix,
            environment: draft.environment, maxLifetime: draft.maxLifetime,
            defaultLimits: draft.defaultLimits, rotateEvery: draft.rotateEvery,
            revokeWhenUnusedFor: draft.revokeWhenUnusedFor,
            acceptsQueryParameter: draft.acceptsQueryParameter, isBuiltIn: isBuiltIn, createdAt: now, updatedAt: now,
            revision: 1)
        return try await store.change(
            by: caller, needing: Permission.settingsWrite, "keyspace.create", at: now, keeping: answer
        ) { records, note in
            guard caller.accounts == nil else {
                throw Refusal.wouldEscalate(pointer: "", detail: "A key bound to accounts cannot make keyspaces.")
            }
            try Self.check(draft, isBuiltIn: isBuiltIn)
            try keyspace.checkPolicies()
            try Keys.checkNames(draft.defaultLimits, at: "/default_limits")
            try records.insert(keyspace)
            note.subject = keyspace.id.description
            note.details.append(.init("name", keyspace.name))
            return keyspace
        }
    }

    private static func check(_ draft: KeyspaceDraft, isBuiltIn: Bool) throws {
        guard KeyText.isPrefix(draft.prefix) else {
            throw Refusal.invalid(
                pointer: "/prefix", detail: "The prefix is not of the form [a-z][a-z0-9]{1,15}.",
                fix: "Use 2 to 16 lower-case letters and digits, a letter first.")
        }
        guard KeyText.isEnvironment(draft.environment) else {
            throw Refusal.invalid(
                pointer: "/environment", detail: "The environment is not of the form [a-z][a-z0-9]{0,15}.",
                fix: "Use a word such as live or test.")
        }
        guard isBuiltIn || draft.prefix != Keyspace.builtInName else {
            throw Refusal.invalid(
                pointer: "/prefix", detail: "This prefix is that of Bitting's own management keys.",
                fix: "Choose another prefix.")
        }
    }

    /// One keyspace.
    package func find(by caller: Caller, _ id: KeyspaceID, at now: Instant) async throws -> Keyspace {
        try await store.read(by: caller, needing: Permission.settingsRead, "keyspace.read", at: now) { records in
            guard let keyspace = try records.keyspace(id) else { throw Refusal.notFound("keyspace") }
            return keyspace
        }
    }

    /// A page of keyspaces.
    package func list(by caller: Caller, _ page: Page, at now: Instant) async throws -> PageItems<Keyspace> {
        try await store.read(by: caller, needing: Permission.settingsRead, "keyspace.list", at: now) { records in
            PageItems(try records.keyspaces(Page(after: page.after, limit: page.limit + 1)), limit: page.limit) {
                $0.id.description
            }
        }
    }

    /// Changes the rules of a keyspace. A longest lifetime applies to keys made from then on, everything else to all.
    package func change(
        by caller: Caller, _ id: KeyspaceID, _ patch: KeyspacePatch, ifRevision revision: Int64?, at now: Instant
    ) async throws -> Keyspace {
        try await store.change(by: caller, needing: Permission.settingsWrite, "keyspace.update", at: now) {
            records, note in
            note.subject = id.description
            guard caller.accounts == nil else {
                throw Refusal.wouldEscalate(pointer: "", detail: "A key bound to accounts cannot change keyspaces.")
            }
            guard var keyspace = try records.keyspace(id) else { throw Refusal.notFound("keyspace") }
            if let revision, revision != keyspace.revision {
                throw Refusal.changedMeanwhile(revision: keyspace.revision)
            }
            keyspace.maxLifetime = patch.maxLifetime.applied(to: keyspace.maxLifetime)
            keyspace.defaultLimits = patch.defaultLimits.applied(to: keyspace.defaultLimits) ?? []
            keyspace.rotateEvery = patch.rotateEvery.applied(to: keyspace.rotateEvery)
            keyspace.revokeWhenUnusedFor = patch.revokeWhenUnusedFor.applied(to: keyspace.revokeWhenUnusedFor)
            try Keys.checkNames(keyspace.defaultLimits, at: "/default_limits")
            try keyspace.checkPolicies()
            guard !keyspace.isBuiltIn || (keyspace.defaultLimits.isEmpty && keyspace.revokeWhenUnusedFor == nil) else {
                throw Refusal.invalid(
                    pointer: "", detail: "Management keys have no limits and are not revoked for want of use.",
                    fix: "Leave default_limits and revoke_when_unused_for out.")
            }
            keyspace.acceptsQueryParameter =
                patch.acceptsQueryParameter.applied(to: keyspace.acceptsQueryParameter) ?? false
            keyspace.updatedAt = now
            keyspace.revision += 1
            try records.update(keyspace)
            return keyspace
        }
    }
}
