// SPDX-License-Identifier: Apache-2.0
package import Access

/// The one thing that is to be done next for a rotation. Each can be done again after a crash at any moment of it.
package enum RotationStep: Equatable, Sendable {
    /// Take its turn, where a turn is free.
    case begin
    /// Ask the provider which id the former key has.
    case identify
    /// Look at the provider for keys that were made without our hearing of it.
    case find
    /// Delete a key there that nobody has the value of.
    case discard(key: String)
    /// Have the provider make a key. The intent is stored before.
    case mint
    /// Choose a value and store it as the pending version.
    case draw
    /// Tell the provider the value of this version.
    case set(VersionID)
    /// Ask the provider whether the version works.
    case test(VersionID)
    /// See whether calls that carry the new version fare well, and go on.
    case look
    /// See whether anybody still holds the former value.
    case askHolders
    /// Delete the former key at the provider, once the new one has been seen to work.
    case delete(key: String)
    /// Ask the provider whether the former version is refused.
    case testDead
    /// Have all calls carry the former version again, once it has been seen to work.
    case revert
    /// Nothing is left to be undone.
    case end
}

/// What came of a step.
package enum RotationOutcome: Equatable, Sendable {
    case begun
    /// The id of the former key; nil where the provider does not say.
    case identified(String?)
    /// All keys that the provider has.
    case listed([ProviderAnswer.Row])
    case discarded
    /// There is a new value; it is stored as the pending version.
    case made(VersionID, key: String?)
    /// The provider was told our value.
    case told
    case works
    case refused
    /// The provider describes no test.
    case untested
    /// Nothing speaks against going on.
    case fine
    /// Calls that carried the new version were refused where the former one was taken.
    case newRefused
    /// So many still hold the former value.
    case holders(Int64)
    case deleted
    case reverted
    case ended
    /// It could not be found out, or not be done; to be tried again, not before the moment given.
    case failed(RotationFault, notBefore: Instant?)
}

/// Why a step has to be tried again.
package enum RotationFault: String, Equatable, Sendable, CaseIterable {
    /// Nobody answered, or not in time: it may have been done.
    case lost
    /// Nobody could be asked.
    case unreached
    /// 429.
    case limited
    /// The provider's own fault: 5xx.
    case down
    /// The provider said no.
    case denied
    /// The answer is not as its description says.
    case unreadable
    /// The test tells neither.
    case unclear
    /// Deletion was answered with yes, and the key works still.
    case stillAlive = "still_alive"
    /// The new value is refused.
    case newRefused = "new_refused"
    /// The provider gave a key that is in use already.
    case sameKey = "same_key"
    /// A key appeared at the provider that nothing proves to be ours.
    case unproven
    /// The credential that makes the calls cannot be lent.
    case unavailable
    /// The former value is refused: there is no way back.
    case formerDead = "former_dead"
    /// The provider's id of the former key is needed and not known.
    case keyUnknown = "key_unknown"
    /// As many of the provider's keys are worked on as may be.
    case busy
    /// The credential was deleted meanwhile.
    case credentialDeleted = "credential_deleted"

    /// Whether time alone will hardly mend it.
    var isLasting: Bool {
        switch self {
        case .denied, .unreadable, .sameKey, .keyUnknown: true
        default: false
        }
    }
}

/// What becomes of the credential's versions with a step; stored in the same transaction.
package enum VersionMove: Equatable, Sendable {
    /// This share of calls carries the pending version.
    case carry(share: Int)
    /// The pending version becomes the current one; the former one is the way back.
    case promote
    /// The former version is the only one; the new one is destroyed.
    case revert
    /// The pending version is destroyed, and another is waited for.
    case dropPending
    /// The former version is destroyed: the end.
    case finish
    /// The credential is let go as it is.
    case release
}
