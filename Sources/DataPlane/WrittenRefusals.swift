// SPDX-License-Identifier: Apache-2.0
internal import IssuedKeys
internal import NIOCore

/// The answers to refused keys, made at first use, one a code.
enum WrittenRefusals {
    struct Written {
        let status: Int
        let keepAlive: ByteBuffer
        let closing: ByteBuffer
    }

    /// By the raw value of the code; `valid` and what the meters refuse stand for nothing.
    static let all: [Written] = VerdictCode.allCases.map { code in
        problem(code).map(written) ?? Written(status: 500, keepAlive: ByteBuffer(), closing: ByteBuffer())
    }

    /// A problem's answer, whoever asks.
    static func written(_ problem: Problem) -> Written {
        var keepAlive = ByteBuffer()
        var closing = ByteBuffer()
        problem.write(into: &keepAlive, keepAlive: true)
        problem.write(into: &closing, keepAlive: false)
        return Written(status: problem.status, keepAlive: keepAlive, closing: closing)
    }

    static func problem(_ code: VerdictCode) -> Problem? {
        let key = KeyPosition.none
        switch code {
        case .valid: return nil
        case .malformed: return .refusing(.malformed)
        case .unknown: return .refusing(.unknown)
        case .revoked: return .refusing(.revoked(key))
        case .disabled: return .refusing(.disabled(key))
        case .expired: return .refusing(.expired(key))
        case .locked: return .refusing(.locked(key))
        case .addressDenied: return .refusing(.addressDenied(key))
        case .routeDenied: return .refusing(.routeDenied(key))
        case .insufficientScope: return .refusing(.insufficientScope(key))
        // Written for each call, with what the meters showed.
        case .rateLimited, .quotaExceeded: return nil
        case .unreadableScopes: return .refusing(.unreadableScopes)
        }
    }
}
