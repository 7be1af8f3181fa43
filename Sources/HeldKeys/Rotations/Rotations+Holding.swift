// SPDX-License-Identifier: Apache-2.0
package import Access

/// What policies ask for, and what holds rotations up.
extension Rotations {
    /// So many are begun in one go.
    private static let atOnce = 500

    /// Begins what policies ask for by now. Called by time.
    package func startDue(at now: Instant) async throws {
        let due = try await store.read(
            by: .schedule, needing: Permission.rotationsRead, "rotation.start", at: now
        ) { records in
            try records.credentialsToRotate(by: now, limit: Self.atOnce).compactMap { try records.credential($0) }
        }
        for credential in due {
            var draft = RotationDraft()
            draft.terms = credential.policy?.terms ?? RotationTerms()
            let isOld = credential.policy?.every.map { every in
                credential.current.map { $0.createdAt + every <= now } ?? false
            }
            draft.reason = isOld ?? false ? .scheduled : .exposed
            do {
                _ = try await start(by: .schedule, of: credential.id, draft, at: now)
            } catch is Refusal {
                try await putOff(credential.id, at: now)
            }
        }
    }

    /// What its policy asks for cannot be begun: it is tried again tomorrow, and the trail says so.
    private func putOff(_ id: CredentialID, at now: Instant) async throws {
        _ = try await store.change(
            by: .schedule, needing: Permission.rotationsWrite, "rotation.put_off", at: now
        ) { records, note -> Bool in
            note.subject = id.description
            guard var credential = try records.credential(id), credential.rotation == nil else { return false }
            note.account = credential.account
            credential.rotateAt = now + .seconds(86_400)
            try records.update(credential)
            return true
        }
    }

    /// What stands still now.
    package func freezes(by caller: Caller, at now: Instant) async throws -> [RotationFreeze] {
        try await store.read(by: caller, needing: Permission.rotationsRead, "rotation.freezes", at: now) { records in
            try records.freezes().filter { freeze in
                guard case .account(let account) = freeze.subject else { return true }
                return caller.sees(account)
            }
        }
    }

    /// Holds rotations up: of an account, of a provider, or all.
    package func freeze(
        by caller: Caller, _ subject: RotationFreeze.Subject, reason: String, until: Instant?, at now: Instant
    ) async throws -> RotationFreeze {
        try await store.change(by: caller, needing: Permission.rotationsWrite, "rotation.freeze", at: now) {
            records, note in
            try Self.check(subject, caller, records, &note)
            note.details.append(.init("reason", reason))
            let freeze = RotationFreeze(subject: subject, reason: reason, by: caller.name, at: now, until: until)
            try records.put(freeze)
            return freeze
        }
    }

    /// Lets them go on.
    package func thaw(by caller: Caller, _ subject: RotationFreeze.Subject, at now: Instant) async throws {
        _ = try await store.change(by: caller, needing: Permission.rotationsWrite, "rotation.thaw", at: now) {
            records, note -> Bool in
            try Self.check(subject, caller, records, &note)
            guard try records.removeFreeze(subject) else { throw Refusal.notFound("freeze") }
            return true
        }
    }

    private static func check(
        _ subject: RotationFreeze.Subject, _ caller: Caller, _ records: any CredentialRecords, _ note: inout EventNote
    ) throws {
        note.subject = subject.description
        switch subject {
        case .account(let id):
            guard caller.sees(id), try records.owner(.account(id)) != nil else { throw Refusal.notFound("account") }
            note.account = id
        case .everything, .provider:
            guard caller.accounts == nil else {
                throw Refusal.wouldEscalate(
                    pointer: "/subject", detail: "A key bound to accounts cannot hold up those of others.")
            }
            if case .provider(let name) = subject, try records.provider(name) == nil {
                throw Refusal.notFound("provider")
            }
        }
    }
}
