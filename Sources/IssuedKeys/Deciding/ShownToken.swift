// SPDX-License-Identifier: Apache-2.0
package import Access
internal import Secrets

/// A token that is shown instead of a key: its signature is checked, and all that may have changed since is not.
///
/// It stands for one secret of one key, with narrower scopes and an end of its own, and is good only while that is.
package final class ShownToken: Sendable {
    package let key: KeyID
    /// The first 64 bits of the digest of the secret it was traded for.
    package let secret: UInt64
    package let scopes: ScopeSet
    package let expiresAt: Instant
    package let isRevoked: Bool

    /// A token whose signature was checked.
    package init(key: KeyID, secret: UInt64, scopes: ScopeSet, expiresAt: Instant, isRevoked: Bool = false) {
        self.key = key
        self.secret = secret
        self.scopes = scopes
        self.expiresAt = expiresAt
        self.isRevoked = isRevoked
    }
}

extension KeyIndex.Contents {
    /// The scopes of a call: the key's, and of those only what the token holds too.
    package borrowing func scopes(of key: KeyPosition, by token: ShownToken?) -> ScopeSet {
        let held = scopeSets[Int(records[key.record].scopes)]
        return token.map { held.narrowed(to: $0.scopes) } ?? held
    }

    /// Where a token's key stands; nil when the secret it was traded for is gone.
    package borrowing func position(of token: ShownToken) -> KeyPosition? {
        find(token).map { KeyPosition(record: $0, isRetiring: records[$0].isRetiring) }
    }

    /// The same as text, `a:b c:d`.
    @inline(__always)
    package borrowing func scopeText(of key: KeyPosition, by token: ShownToken?) -> [UInt8] {
        token == nil ? scopeText(of: key) : scopes(of: key, by: token).text
    }

    /// Which secret of a key was shown, as tokens name it.
    package borrowing func secretMark(of key: KeyPosition) -> UInt64 { records[key.record].digest.words.0 }
}
