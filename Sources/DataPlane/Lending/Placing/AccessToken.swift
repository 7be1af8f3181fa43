// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import NIOCore
internal import Secrets

/// A token that a provider gave for id and secret. Wiped when the last call that carries it is written.
final class AccessToken: Sendable {
    private let secret: Secret
    let expiresAt: Instant

    init(_ secret: consuming Secret, expiresAt: Instant) {
        self.secret = secret
        self.expiresAt = expiresAt
    }

    /// Writes `Authorization: Bearer …`.
    func write(into out: inout ByteBuffer) {
        out.writeStaticString("Authorization: Bearer ")
        secret.revealing { span in
            for position in 0..<span.count { out.writeInteger(span[position]) }
        }
        out.writeStaticString("\r\n")
    }

    /// Lends its bytes, to be looked for in answers.
    func revealing<Result>(_ body: (Span<UInt8>) -> Result) -> Result { secret.revealing(body) }
}
