// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import Secrets

/// What is asked of a provider that makes keys.
extension RotationCourse {
    /// Makes the calls: the credential that was named for it, or the one that is rotated.
    private func asker(_ ground: Ground) -> CredentialID { ground.rotation.terms.with ?? ground.credential.id }

    private func send(
        _ request: KeyMaking.Request, _ names: [String: String], _ ground: Ground,
        by credential: CredentialID? = nil, version: VersionID? = nil,
        wanting wants: [AnswerWant] = [], rows: AnswerRows? = nil
    ) async -> ProviderReply? {
        guard var call = request.call(settings: ground.credential.settings, names: names) else { return nil }
        (call.wants, call.rows) = (wants, rows)
        return await ask(call, credential ?? asker(ground), version)
    }

    /// What an answer comes to where only a good one tells more.
    func judge(
        _ reply: ProviderReply?, at now: Instant, _ good: (ProviderAnswer) -> RotationOutcome
    ) -> Outcome {
        switch reply {
        case nil: return Outcome(.failed(.keyUnknown, notBefore: nil))
        case .lost(let why): return Outcome(.failed(.lost, notBefore: nil), [.init("reason", why)])
        case .unreached(let why): return Outcome(.failed(.unreached, notBefore: nil), [.init("reason", why)])
        case .unavailable: return Outcome(.failed(.unavailable, notBefore: nil))
        case .answered(let answer):
            let facts = [Event.Detail("status", String(answer.status))]
            let notBefore = answer.retryAfter.map { now + $0 }
            switch answer.status {
            case 200..<300:
                return Outcome(answer.isReadable ? good(answer) : .failed(.unreadable, notBefore: nil), facts)
            case 429: return Outcome(.failed(.limited, notBefore: notBefore), facts)
            case 500...: return Outcome(.failed(.down, notBefore: notBefore), facts)
            default: return Outcome(.failed(.denied, notBefore: notBefore), facts)
            }
        }
    }

    /// Which id the provider has for the former key, as that key itself is told.
    func identify(_ ground: Ground, at now: Instant) async throws -> Outcome {
        if let part = ground.provider.rotation?.making?.ownPart {
            let value = try await rotations.open(ground.rotation.former, of: ground.credential, dataKeys, at: now)
            return Outcome(.identified(value?.revealing(part.part, part.key(in:)) ?? nil))
        }
        guard let own = ground.provider.rotation?.making?.own else { return Outcome(.identified(nil)) }
        let want = AnswerWant(name: "key", at: own.key)
        let reply = await send(
            own.request, [:], ground, by: ground.credential.id, version: ground.rotation.former, wanting: [want])
        return judge(reply, at: now) { answer in
            .identified(answer.texts["key"].map { String(decoding: $0, as: UTF8.self) }.flatMap(KeyMaking.keyID))
        }
    }

    /// So many pages of a list are read.
    private static let pagesAtMost = 100

    /// All keys that the provider has.
    func find(_ ground: Ground, at now: Instant) async -> Outcome {
        guard let making = ground.provider.rotation?.making else {
            return Outcome(.failed(.unreadable, notBefore: nil))
        }
        var rows: [ProviderAnswer.Row] = []
        var names = [KeyMaking.Name.label.rawValue: ground.rotation.label]
        for page in 1...Self.pagesAtMost {
            let request = page == 1 ? making.list : making.nextPage ?? making.list
            let reply = await send(request, names, ground, rows: making.rows)
            guard case .answered(let answer) = reply, (200..<300).contains(answer.status), answer.isReadable else {
                return judge(reply, at: now) { _ in .failed(.unreadable, notBefore: nil) }
            }
            rows += answer.rows
            guard let next = making.page(after: answer, number: page) else { return Outcome(.listed(rows)) }
            names.merge(next) { _, new in new }
        }
        return Outcome(.failed(.unreadable, notBefore: nil), [.init("reason", "the list does not end")])
    }

    /// Has a key made. That it may have been is stored before.
    func mint(_ ground: Ground, now: @Sendable () -> Instant) async throws -> Outcome {
        guard let making = ground.provider.rotation?.making else {
            return Outcome(.failed(.unreadable, notBefore: nil))
        }
        var names = ["label": ground.rotation.label]
        if let describe = making.describe {
            guard let former = ground.rotation.formerKey else { return Outcome(.failed(.keyUnknown, notBefore: nil)) }
            let reply = await send(describe.request, ["key": former], ground, wanting: describe.take)
            guard case .answered(let answer) = reply, (200..<300).contains(answer.status), answer.isReadable else {
                return judge(reply, at: now()) { _ in .failed(.unreadable, notBefore: nil) }
            }
            names.merge(answer.documents) { first, _ in first }
        }
        guard making.mint.call(settings: ground.credential.settings, names: names) != nil else {
            return Outcome(.failed(.keyUnknown, notBefore: nil))
        }
        try await intend(ground, at: now())
        let wants = making.value + [AnswerWant(name: KeyMaking.keyName, at: making.key)]
        let reply = await send(making.mint, names, ground, wanting: wants)
        guard case .answered(var answer) = reply, (200..<300).contains(answer.status), answer.isReadable,
            let key = answer.texts.removeValue(forKey: KeyMaking.keyName).flatMap({
                KeyMaking.keyID(String(decoding: $0, as: UTF8.self))
            })
        else { return judge(reply, at: now()) { _ in .failed(.unreadable, notBefore: nil) } }
        var parts = answer.texts.map { (name: $0.key, bytes: $0.value) }
        return try await store(HeldValue(wiping: &parts), key: key, isMinted: true, ground, at: now())
    }

    private func intend(_ ground: Ground, at now: Instant) async throws {
        let id = ground.rotation.id
        _ = try await rotations.store.change(
            by: .schedule, needing: Permission.rotationsWrite, "rotation.mint", at: now
        ) { records, note -> Bool in
            guard var rotation = try records.rotation(id) else { throw StorageFailure.unreadable("rotation") }
            note.subject = id.description
            note.account = rotation.account
            note.details = [.init("credential", rotation.credential.description), .init("label", rotation.label)]
            // Cancelled in this very moment: nothing is asked for.
            guard rotation.stage == .minting else { throw Refusal.conflict(detail: "It was cancelled.", fix: "") }
            rotation.intendToMint()
            try records.store(&rotation, nil, at: now)
            return true
        }
    }

    /// Deletes the former key, having seen that the new one works in this very moment.
    func delete(_ key: String, _ ground: Ground, at now: Instant) async -> Outcome {
        if lending.isFallen(ground.rotation) { return Outcome(.newRefused) }
        guard let successor = ground.rotation.successor,
            let trial = await trial(ground.credential.id, successor)
        else { return Outcome(.failed(.unavailable, notBefore: nil)) }
        switch trial.verdict {
        case .works: return await remove(key, ground, as: .deleted, at: now)
        case .dead: return Outcome(.newRefused)
        case .unclear: return Outcome(.failed(.unclear, notBefore: nil))
        }
    }

    /// Deletes a key at the provider, unless another credential holds it.
    func remove(_ key: String, _ ground: Ground, as outcome: RotationOutcome, at now: Instant) async -> Outcome {
        guard let making = ground.provider.rotation?.making else {
            return Outcome(.failed(.unreadable, notBefore: nil))
        }
        let own = outcome == .deleted ? ground.rotation.former : ground.rotation.successor
        let credential = ground.rotation.credential
        let isHeld = try? await rotations.store.read(
            by: .schedule, needing: Permission.rotationsRead, "rotation.step", at: now
        ) { try $0.isKeyInUse(key, like: credential, otherThan: own) }
        guard isHeld == false else { return Outcome(.failed(.sameKey, notBefore: nil)) }
        let reply = await send(making.delete, ["key": key], ground)
        if case .answered(let answer) = reply, making.gone.contains(answer.status) {
            return Outcome(outcome, [.init("status", String(answer.status)), .init("key", key)])
        }
        var judged = judge(reply, at: now) { _ in outcome }
        judged.facts.append(.init("key", key))
        return judged
    }
}
