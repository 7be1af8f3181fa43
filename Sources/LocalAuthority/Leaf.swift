// SPDX-License-Identifier: Apache-2.0
package import Access
internal import Crypto
internal import FoundationEssentials
internal import SwiftASN1
internal import X509

/// A certificate for one host, with a key of its own: what the proxy shows in that host's place.
package struct Leaf: Sendable {
    /// Whom a leaf stands in for.
    package enum Host: Hashable, Sendable {
        /// A DNS name in lower case ASCII.
        case name(String)
        case address(IPAddress)
    }

    /// Seven days: short, since nothing revokes a leaf.
    package static let life = Length(milliseconds: 7 * 86_400_000)
    /// How many seconds before it is made a certificate begins to be good, for clocks that are behind.
    static let backdating: Int64 = 3600

    /// In DER.
    package let certificate: [UInt8]
    /// The private key, PKCS #8 in DER.
    package let key: [UInt8]
    /// When it ends.
    package let expiresAt: Instant
}

extension LocalAuthority {
    /// Makes a certificate for `host` and nothing else. Costs some 100 us; not for an event loop.
    package func leaf(for host: Leaf.Host, at now: Instant) throws(Fault) -> Leaf {
        guard now < expiresAt else { throw .expired }
        let key = P256.Signing.PrivateKey()
        let end = min(now + Leaf.life, expiresAt)
        guard let certificate = try? certificate(for: host, key: key, from: now, until: end) else { throw .unreadable }
        return Leaf(certificate: certificate, key: Array(key.derRepresentation), expiresAt: end)
    }

    private func certificate(
        for host: Leaf.Host, key: P256.Signing.PrivateKey, from now: Instant, until end: Instant
    ) throws -> [UInt8] {
        let publicKey = Certificate.PublicKey(key.publicKey)
        // The subject is empty, and so the alternative name is critical: RFC 5280 section 4.2.1.6.
        let certificate = try Certificate(
            version: .v3, serialNumber: Certificate.SerialNumber(), publicKey: publicKey,
            notValidBefore: now.date(shiftedBy: -Leaf.backdating), notValidAfter: end.date(), issuer: subject,
            subject: DistinguishedName(),
            extensions: try Certificate.Extensions {
                Critical(BasicConstraints.notCertificateAuthority)
                Critical(KeyUsage(digitalSignature: true))
                try ExtendedKeyUsage([.serverAuth])
                Critical(SubjectAlternativeNames([host.generalName]))
                SubjectKeyIdentifier(hash: publicKey)
                AuthorityKeyIdentifier(keyIdentifier: keyIdentifier.keyIdentifier)
            },
            issuerPrivateKey: self.key)
        return try certificate.derBytes
    }
}

extension Leaf.Host {
    fileprivate var generalName: GeneralName {
        switch self {
        case .name(let name): .dnsName(name)
        case .address(let address): .ipAddress(ASN1OctetString(contentBytes: address.octets[...]))
        }
    }
}

extension IPAddress {
    /// 4 or 16 bytes, first octet highest.
    fileprivate var octets: [UInt8] {
        if let v4 { return [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: v4 >> UInt32($0)) } }
        return [high, low].flatMap { half in
            stride(from: 56, through: 0, by: -8).map { UInt8(truncatingIfNeeded: half >> UInt64($0)) }
        }
    }
}
