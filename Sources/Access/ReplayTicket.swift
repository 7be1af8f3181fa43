// SPDX-License-Identifier: Apache-2.0
package import Secrets

/// What makes a repeated call known as the same one: the key its sender chose (`Idempotency-Key`), and what was asked.
///
/// draft-ietf-httpapi-idempotency-key-header. The caller is the third part; one caller's key says nothing to another.
package struct ReplayTicket: Equatable, Sendable {
    /// The digest of the chosen key.
    package let name: Digest
    /// The digest of method, target and body.
    package let request: Digest

    /// How long an answer is kept.
    package static let lifetime = Length.seconds(3600)

    /// A ticket.
    package init(name: Digest, request: Digest) {
        self.name = name
        self.request = request
    }
}

/// Writes the answer to a change, so that it can be kept, sealed, in the same transaction.
package typealias Answering<Made> = @Sendable (_ made: Made) -> [UInt8]

/// Thrown in the place of a result: the call was carried out before, and this was its answer.
///
/// The bytes may hold a secret, so the error has nothing to show of them.
package struct ReplayedAnswer: Error, CustomStringConvertible, CustomReflectable {
    package let bytes: [UInt8]

    /// An answer that was kept.
    package init(_ bytes: [UInt8]) { self.bytes = bytes }

    package var description: String { "an answer that was kept" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
