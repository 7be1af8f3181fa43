// SPDX-License-Identifier: Apache-2.0
package import Access
package import HeldKeys

/// Who signs what the proxy shows in the place of a provider's certificate, as far as the data plane knows it.
package struct ProxyAuthority: Sendable {
    /// A certificate for one host, with its key.
    package struct Leaf: Sendable {
        /// In DER.
        let certificate: [UInt8]
        /// PKCS #8 in DER.
        let key: [UInt8]
        let expiresAt: Instant

        /// A leaf.
        package init(certificate: [UInt8], key: [UInt8], expiresAt: Instant) {
            self.certificate = certificate
            self.key = key
            self.expiresAt = expiresAt
        }
    }

    /// Its own certificate, as PEM.
    let pem: String
    /// Makes a leaf. Called off the event loops.
    let leaf: @Sendable (Origin.Host, _ now: Instant) throws -> Leaf

    /// An authority.
    package init(pem: String, leaf: @escaping @Sendable (Origin.Host, _ now: Instant) throws -> Leaf) {
        self.pem = pem
        self.leaf = leaf
    }
}
