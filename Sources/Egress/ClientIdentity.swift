// SPDX-License-Identifier: Apache-2.0

/// Whom a destination is shown in the TLS handshake: a certificate chain and its key, both PEM. Opened only to make the
/// TLS settings, which are kept, bounded, for all connections of this identity.
package struct ClientIdentity: Sendable {
    /// What tells two identities apart: a credential's version.
    package let name: String
    /// Gives the bytes of the chain and of the key; nil when they cannot be had. Called on a thread that may block; the
    /// bytes are wiped after it.
    let reveal: @Sendable () -> (chain: [UInt8], key: [UInt8])?

    /// An identity under a name that no other has.
    package init(name: String, reveal: @escaping @Sendable () -> (chain: [UInt8], key: [UInt8])?) {
        self.name = name
        self.reveal = reveal
    }
}

extension ClientIdentity: Hashable {
    /// The same name.
    package static func == (left: ClientIdentity, right: ClientIdentity) -> Bool { left.name == right.name }
    /// Feeds the name.
    package func hash(into hasher: inout Hasher) { hasher.combine(name) }
}
