// SPDX-License-Identifier: Apache-2.0

/// Why a management call was not carried out. The doors turn each case into one HTTP answer.
package enum Refusal: Error, Equatable, Sendable {
    /// No key, or one that is not accepted.
    case unauthenticated
    /// The caller lacks this scope.
    case missingScope(Scope)
    /// The call would hand out more than the caller has.
    case wouldEscalate(pointer: String, detail: String)
    /// It does not exist, or not for this caller.
    case notFound(String)
    /// A field is wrong: where, what, and what to do.
    case invalid(pointer: String, detail: String, fix: String)
    /// It cannot be done in the present state.
    case conflict(detail: String, fix: String)
    /// `If-Match` names another revision.
    case changedMeanwhile(revision: Int64)
    /// The idempotency key was sent before, with another request.
    case idempotencyKeyReused
    /// A key with this secret is here, whoever owns it.
    case alreadyImported
}

/// Failures of the world, not of the caller.
package enum StorageFailure: Error, Equatable, Sendable {
    /// The database did not do what it must; the text names the statement's purpose, never a value.
    case engine(String)
    /// What was read back is not what this program writes.
    case unreadable(String)
    /// The disk is full or read-only.
    case full
}
