// SPDX-License-Identifier: Apache-2.0
package import Access

/// What is known of a secret that was replaced and still works.
package struct Retirement: Equatable, Sendable {
    package let since: Instant
    /// The first moment at which it is refused; never after the key's own expiry.
    package let graceExpiresAt: Instant
    package let finishWhenIdle: Length?
    /// Prefix and last four characters; nil when they were not kept.
    package let hint: String?
}

extension Key {
    /// Its retiring secret, while that still works.
    package func retirement(at now: Instant) -> Retirement? {
        guard let secret = retiringSecret(at: now) else { return nil }
        return Retirement(
            since: secret.retiringSince ?? secret.createdAt, graceExpiresAt: graceEnd(of: secret),
            finishWhenIdle: secret.finishWhenIdle, hint: secret.hint)
    }

    /// When it is due for a new secret under its keyspace's policy; nil for never, as for one whose secret nobody has.
    package func rotationDue(in keyspace: Keyspace) -> Instant? {
        guard !isSecretless, let every = keyspace.rotateEvery, let secret = currentSecret else { return nil }
        return secret.createdAt + every
    }

    /// The secret that its holders should have.
    var currentSecret: KeySecret? { secrets.first { $0.role == .current } }

    func retiringSecret(at now: Instant) -> KeySecret? {
        secrets.first { $0.role == .retiring && now < graceEnd(of: $0) }
    }

    /// When a retiring secret stops: the key's own expiry wins over the grace.
    func graceEnd(of secret: KeySecret) -> Instant {
        min(secret.graceExpiresAt ?? .distantFuture, expiresAt ?? .distantFuture)
    }
}
