// SPDX-License-Identifier: Apache-2.0
package import Access

/// Who showed a key: from where, and with which program, as it says itself.
package struct Visitor: Hashable, Sendable {
    /// Nil when it was not known, or was one of too many to be told apart.
    package var address: IPAddress?
    /// Printable, at most 256 bytes; nil as above.
    package var userAgent: String?

    /// A visitor; nothing is known of one by default.
    package init(address: IPAddress? = nil, userAgent: String? = nil) {
        self.address = address
        self.userAgent = userAgent
    }
}
