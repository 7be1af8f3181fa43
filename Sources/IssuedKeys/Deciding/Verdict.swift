// SPDX-License-Identifier: Apache-2.0

/// How a verification ended. A refusal is an answer, not an error.
package enum Verdict: Equatable, Sendable {
    case valid(KeyPosition)
    case malformed
    case unknown
    case revoked(KeyPosition)
    case disabled(KeyPosition)
    case expired(KeyPosition)
    case locked(KeyPosition)
    case addressDenied(KeyPosition)
    case routeDenied(KeyPosition)
    case insufficientScope(KeyPosition)
    case rateLimited(KeyPosition)
    case quotaExceeded(KeyPosition)
    /// The scopes asked for cannot be read; the caller's mistake, not the key's.
    case unreadableScopes

    /// The stable code that answers carry.
    package var code: VerdictCode {
        switch self {
        case .valid: .valid
        case .malformed: .malformed
        case .unknown: .unknown
        case .revoked: .revoked
        case .disabled: .disabled
        case .expired: .expired
        case .locked: .locked
        case .addressDenied: .addressDenied
        case .routeDenied: .routeDenied
        case .insufficientScope: .insufficientScope
        case .rateLimited: .rateLimited
        case .quotaExceeded: .quotaExceeded
        case .unreadableScopes: .unreadableScopes
        }
    }

    /// The key that was found, whatever became of it.
    package var key: KeyPosition? {
        switch self {
        case .valid(let key), .revoked(let key), .disabled(let key), .expired(let key), .locked(let key),
            .addressDenied(let key), .routeDenied(let key), .insufficientScope(let key), .rateLimited(let key),
            .quotaExceeded(let key):
            key
        case .malformed, .unknown, .unreadableScopes: nil
        }
    }
}

/// The codes of product.md, in the order of the checks.
package enum VerdictCode: UInt8, Sendable, CaseIterable {
    case valid, malformed, unknown, revoked, disabled, expired, locked, addressDenied, routeDenied, insufficientScope,
        rateLimited, quotaExceeded
    /// Not an answer about a key: the request's scopes cannot be read.
    case unreadableScopes

    /// The code as it is written.
    package var text: StaticString {
        switch self {
        case .valid: "valid"
        case .malformed: "malformed"
        case .unknown: "unknown"
        case .revoked: "revoked"
        case .disabled: "disabled"
        case .expired: "expired"
        case .locked: "locked"
        case .addressDenied: "address_denied"
        case .routeDenied: "route_denied"
        case .insufficientScope: "insufficient_scope"
        case .rateLimited: "rate_limited"
        case .quotaExceeded: "quota_exceeded"
        case .unreadableScopes: "unreadable_scopes"
        }
    }
}

/// Where a key stands in the index, good only within the reading that gave it.
package struct KeyPosition: Equatable, Sendable {
    package let record: Int
    /// No key; for answers that say nothing of one.
    package static let none = KeyPosition(record: -1, isRetiring: false)
    /// Whether the secret shown was the retiring one.
    package let isRetiring: Bool
}
