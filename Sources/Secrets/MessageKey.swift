// SPDX-License-Identifier: Apache-2.0
internal import Crypto

/// A key for HMAC-SHA256 (RFC 2104): who holds it too can tell that a message is ours. It prints as its name only.
package struct MessageKey: Sendable {
    private let key: SymmetricKey

    /// The key of these bytes.
    package init(_ bytes: borrowing Secret) {
        key = bytes.revealing { span in unsafe span.withUnsafeBytes { unsafe SymmetricKey(data: Array($0)) } }
    }

    /// The 32 bytes that only a holder of the key can make of a message.
    package func code(of message: [UInt8]) -> [UInt8] {
        Array(HMAC<SHA256>.authenticationCode(for: message, using: key))
    }
}

extension MessageKey: CustomStringConvertible, CustomReflectable {
    /// Nothing of the key.
    package var description: String { "MessageKey" }
    /// No children.
    package var customMirror: Mirror { Mirror(self, children: []) }
}
