// SPDX-License-Identifier: Apache-2.0
package import Secrets

/// What an invited person shows, once: 256 random bits, 43 characters of base64url. It prints as its name only.
package struct DepositTicket: Sendable {
    /// The characters.
    package let text: String
    /// What is stored of it.
    package let digest: Digest

    /// A new one.
    init(using random: inout some RandomNumberGenerator) {
        let bytes = (0..<Deposit.ticketLength).map { _ in UInt8(truncatingIfNeeded: random.next()) }
        text = Base64URL.text(bytes)
        digest = Digest(of: bytes.span)
    }

    /// Reads the characters; nil for what is no ticket.
    package init?(_ text: String) {
        guard text.utf8.count <= 43, let bytes = Base64URL.bytes(text), bytes.count == Deposit.ticketLength else {
            return nil
        }
        self.text = text
        digest = Digest(of: bytes.span)
    }
}

extension DepositTicket: CustomStringConvertible, CustomReflectable {
    /// Nothing of the ticket.
    package var description: String { "DepositTicket" }
    /// No children.
    package var customMirror: Mirror { Mirror(self, children: []) }
}
