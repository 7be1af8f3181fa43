// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import Secrets

/// What is kept of a secret, and what else a draft does not say of its key.
struct CutKey: Sendable {
    let id: KeyID
    let digest: Digest
    let hint: String
    /// Made elsewhere, or of a shape that is not known.
    var isForeign = false
    /// When it was made elsewhere; nil for now.
    var createdAt: Instant?
    var state = KeyState.active
    /// Shown to nobody.
    var isSecretless = false

    /// Of a secret that was just made here.
    init(id: KeyID, _ secret: borrowing Secret) {
        let cut = CutSecret(secret)
        (self.id, digest, hint) = (id, cut.digest, cut.hint)
    }

    /// Of one that nobody is to see: not even its last characters.
    init(id: KeyID, unseen secret: borrowing Secret, in keyspace: Keyspace) {
        self.id = id
        digest = secret.revealing { Digest(of: $0) }
        hint = "\(keyspace.prefix)_\(keyspace.environment)_…"
        isSecretless = true
    }

    /// Of one that was made elsewhere.
    init(id: KeyID, _ imported: KeyImport) {
        self.id = id
        digest = imported.mark.digest
        hint = imported.hint ?? imported.mark.hint
        isForeign = imported.mark.isForeign
        createdAt = imported.createdAt
        state = imported.isDisabled ? .disabled : .active
    }
}

/// What is kept of a secret that was just made.
struct CutSecret: Sendable {
    let digest: Digest
    let hint: String

    /// Of its text.
    init(_ secret: borrowing Secret) {
        digest = secret.revealing { Digest(of: $0) }
        hint = secret.revealing { KeyText.hint(of: $0) }
    }
}
