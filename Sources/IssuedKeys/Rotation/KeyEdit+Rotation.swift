// SPDX-License-Identifier: Apache-2.0
internal import Access

extension KeyEdit {
    /// Puts a new secret in the place of the current one, which retires.
    static func rotate(
        to cut: CutSecret, _ terms: RotationTerms, in keyspace: Keyspace, by caller: Caller, at now: Instant
    ) -> KeyEdit {
        KeyEdit(action: "key.rotate") { key, note, _ in
            try Keys.requireLiving(key)
            try requireSecret(of: key)
            // Whoever gets the new secret can do what the key can.
            try Keys.checkScopes(key.scopes, keyspace, by: caller)
            try requireRotatable(key, terms, by: caller, at: now)
            guard let old = key.currentSecret else { throw StorageFailure.unreadable("secrets of key") }
            let retiring = old.replaced(
                hint: key.hint, at: now, until: min(now + terms.grace, key.expiresAt ?? .distantFuture),
                finishWhenIdle: terms.finishWhenIdle)
            note.details += [
                .init("grace", terms.grace.description), .init("hint", cut.hint), .init("previous_hint", key.hint),
            ]
            if let idle = terms.finishWhenIdle { note.details.append(.init("finish_when_idle", idle.description)) }
            key.secrets = [retiring, KeySecret(digest: cut.digest, role: .current, createdAt: now)]
            key.hint = cut.hint
            key.rotatedAt = now
        }
    }

    /// Moves the end of the grace.
    static func retire(_ grace: Length, by caller: Caller, at now: Instant) -> KeyEdit {
        KeyEdit(action: "key.retire") { key, note, records in
            try RotationTerms.check(grace: grace)
            try Keys.requireLiving(key)
            let (position, secret) = try retiring(of: key, at: now)
            let end = min(now + grace, key.expiresAt ?? .distantFuture)
            if end > key.graceEnd(of: secret) {
                try Keys.checkScopes(key.scopes, try Keys.keyspace(of: key, records), by: caller)
            }
            key.secrets[position].graceExpiresAt = end
            if end <= now { key.secrets[position].role = .retired }
            note.details.append(.init("grace", grace.description))
            if let hint = secret.hint { note.details.append(.init("hint", hint)) }
        }
    }

    /// Makes the retiring secret current again and ends the one that replaced it.
    static func rollBack(by caller: Caller, at now: Instant) -> KeyEdit {
        KeyEdit(action: "key.roll_back") { key, note, records in
            try Keys.requireLiving(key)
            try Keys.checkScopes(key.scopes, try Keys.keyspace(of: key, records), by: caller)
            let old = try retiring(of: key, at: now).secret
            guard let new = key.currentSecret else { throw StorageFailure.unreadable("secrets of key") }
            let hint = old.hint ?? "…"
            note.details += [.init("hint", hint), .init("previous_hint", key.hint)]
            key.secrets = [
                KeySecret(digest: old.digest, role: .current, createdAt: old.createdAt, isForeign: old.isForeign),
                new.replaced(hint: key.hint, at: now, until: now, finishWhenIdle: nil),
            ]
            key.hint = hint
            key.rotatedAt = old.createdAt > key.createdAt ? old.createdAt : nil
        }
    }

    /// Ends the retiring secret by time.
    static func finishRetirement(_ ending: Duty.Ending, at now: Instant) -> KeyEdit {
        KeyEdit(action: "key.retired") { key, note, _ in
            guard let position = key.secrets.firstIndex(where: { $0.role == .retiring }) else { return }
            let end = min(key.graceEnd(of: key.secrets[position]), now)
            key.secrets[position].graceExpiresAt = end
            key.secrets[position].role = .retired
            note.details += [.init("reason", ending.rawValue), .init("grace_expires_at", end.description)]
            if let hint = key.secrets[position].hint { note.details.append(.init("hint", hint)) }
        }
    }

    private static func requireSecret(of key: Key) throws(Refusal) {
        guard !key.isSecretless else {
            throw .conflict(
                detail: "The key is secretless: nobody has its secret, and nobody is to get one.",
                fix: "Leave it; machines sign in for it. To hand out a secret, issue another key.")
        }
    }

    private static func requireRotatable(
        _ key: Key, _ terms: RotationTerms, by caller: Caller, at now: Instant
    ) throws(Refusal) {
        if let end = key.expiresAt, end <= now {
            throw .conflict(
                detail: "The key has expired; a new secret would be refused like the old one.",
                fix: "Give it a later expires_at first, or issue a new key.")
        }
        if caller.identity == .key(key.id), terms.grace == .seconds(0) {
            throw .invalid(
                pointer: "/grace",
                detail: "A key that rotates itself needs a grace: were the answer lost, nobody could ask again.",
                fix: "Send a grace such as 15m, then end it early with the new secret.")
        }
        if let other = key.retirement(at: now), !terms.endsRetiring {
            throw .conflict(
                detail: "An earlier secret of this key is still retiring, until \(other.graceExpiresAt).",
                fix: "End it first with `POST /v1/keys/\(key.id)/retire` and grace 0s, or send end_retiring: true.")
        }
    }

    private static func retiring(of key: Key, at now: Instant) throws(Refusal) -> (position: Int, secret: KeySecret) {
        guard let secret = key.retiringSecret(at: now), let position = key.secrets.firstIndex(of: secret) else {
            throw .conflict(
                detail: "The key has one secret; none is retiring.",
                fix: "Rotate it with `POST /v1/keys/\(key.id)/rotate`.")
        }
        return (position, secret)
    }
}

extension KeySecret {
    /// A current secret after another took its place: retiring, or dead at once when its end is not ahead.
    fileprivate func replaced(hint: String, at now: Instant, until end: Instant, finishWhenIdle: Length?) -> KeySecret {
        KeySecret(
            digest: digest, role: end > now ? .retiring : .retired, createdAt: createdAt, graceExpiresAt: end,
            retiringSince: now, finishWhenIdle: finishWhenIdle, hint: hint, isForeign: isForeign)
    }
}
