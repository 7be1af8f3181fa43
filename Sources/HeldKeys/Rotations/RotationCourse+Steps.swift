// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import Secrets

/// What each step does.
extension RotationCourse {
    func carryOut(
        _ step: RotationStep, _ ground: Ground, now: @Sendable () -> Instant
    ) async throws -> Outcome {
        switch step {
        case .begin: Outcome(.begun)
        case .identify: try await identify(ground, at: now())
        case .find: await find(ground, at: now())
        case .discard(let key): await remove(key, ground, as: .discarded, at: now())
        case .mint: try await mint(ground, now: now)
        case .draw: try await draw(ground, at: now())
        case .set(let version): try await tell(version, ground, at: now())
        case .test(let version): await test(version, ground)
        case .look: look(ground)
        case .askHolders: try await askHolders(ground, at: now())
        case .delete(let key): await delete(key, ground, at: now())
        case .testDead: await test(ground.rotation.former, ground)
        case .revert: await revert(ground)
        case .end: Outcome(.ended)
        }
    }

    // MARK: The test

    private func test(_ version: VersionID, _ ground: Ground) async -> Outcome {
        guard ground.provider.test != nil else { return Outcome(.untested) }
        guard let trial = await trial(ground.credential.id, version) else {
            return Outcome(.failed(.unavailable, notBefore: nil))
        }
        var facts: [Event.Detail] = [.init("verdict", trial.verdict.rawValue)]
        if let status = trial.status { facts.append(.init("status", String(status))) }
        if let reason = trial.reason { facts.append(.init("reason", reason)) }
        switch trial.verdict {
        case .works: return Outcome(.works, facts)
        case .dead: return Outcome(.refused, facts)
        case .unclear: return Outcome(.failed(.unclear, notBefore: nil), facts)
        }
    }

    /// Before calls carry the former value again it is looked whether that is of use. Where the test tells neither, the
    /// calls that were refused with the new one decide.
    private func revert(_ ground: Ground) async -> Outcome {
        guard ground.credential.share != nil else { return Outcome(.reverted) }
        let tested = await test(ground.rotation.former, ground)
        if tested.what == .refused { return Outcome(.failed(.formerDead, notBefore: nil), tested.facts) }
        return Outcome(.reverted, tested.facts)
    }

    // MARK: Lending

    private func look(_ ground: Ground) -> Outcome {
        lending.isFallen(ground.rotation) ? Outcome(.newRefused) : Outcome(.fine)
    }

    private func askHolders(_ ground: Ground, at now: Instant) async throws -> Outcome {
        if lending.isFallen(ground.rotation) { return Outcome(.newRefused) }
        let holders = try await rotations.holders(of: ground.rotation, at: now)
        return Outcome(.holders(Int64(holders.count)), [.init("holders", String(holders.count))])
    }

    // MARK: A value of our own

    /// Letters and digits alone, so that it stands in any body as it is.
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789".utf8)

    private func draw(_ ground: Ground, at now: Instant) async throws -> Outcome {
        guard let setting = ground.provider.rotation?.setting else {
            return Outcome(.failed(.unavailable, notBefore: nil))
        }
        var source = rotations.random
        var bytes = (0..<setting.length).map { _ in Self.alphabet.randomElement(using: &source) ?? 0x41 }
        return try await store(HeldValue(Secret(wiping: &bytes)), key: nil, isMinted: false, ground, at: now)
    }

    private func tell(_ version: VersionID, _ ground: Ground, at now: Instant) async throws -> Outcome {
        guard let setting = ground.provider.rotation?.setting,
            let value = try await rotations.open(version, of: ground.credential, dataKeys, at: now)
        else { return Outcome(.failed(.unavailable, notBefore: nil)) }
        // Told once before and not answered, the former value may be of no use any more: the new one asks.
        let call = value.revealing(NamedPart.whole) { span -> ProviderCall? in
            var text = ""
            for position in 0..<span.count { text.unicodeScalars.append(Unicode.Scalar(span[position])) }
            return setting.request.call(settings: ground.credential.settings, names: ["new": text])
        }
        guard let call = call ?? nil else { return Outcome(.failed(.unreadable, notBefore: nil)) }
        let asker = ground.rotation.terms.with ?? ground.credential.id
        let reply = await ask(call, asker, nil)
        if case .answered(let answer) = reply, answer.status == 401, asker == ground.credential.id {
            return judge(await ask(call, asker, version), at: now) { _ in .told }
        }
        return judge(reply, at: now) { _ in .told }
    }

    /// Stores a new value as the pending version.
    func store(
        _ value: consuming HeldValue, key: String?, isMinted: Bool, _ ground: Ground, at now: Instant
    ) async throws -> Outcome {
        var draft = VersionDraft()
        (draft.isPending, draft.cameSealed, draft.rotation) = (true, true, ground.rotation.id)
        (draft.keyID, draft.isMinted) = (key, isMinted)
        do {
            _ = try await rotations.take(
                value, draft, ground.rotation.id, by: .schedule, "rotation.make", at: now)
            return .stored
        } catch is Rotations.Unwanted {
            return Outcome(.made(ground.rotation.former, key: key))
        } catch Refusal.conflict {
            return Outcome(.failed(.sameKey, notBefore: nil))
        } catch is Refusal {
            return Outcome(.failed(.unreadable, notBefore: nil))
        }
    }
}
