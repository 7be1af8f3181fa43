// SPDX-License-Identifier: Apache-2.0
package import Access
internal import Crypto
internal import FoundationEssentials
package import Secrets
internal import SwiftASN1
internal import X509

/// The installation's own certificate authority. Its certificates stand in for those of providers, towards programs
/// that were told to trust it and towards nobody else.
///
/// P-256 throughout. What it may sign is held as narrow as certificates can say without naming hosts: servers, and no
/// further authority. The hosts themselves cannot be listed (RFC 5280 section 4.2.1.10), since integrations come and go
/// while the certificate stays.
package struct LocalAuthority: Sendable {
    /// Why a stored authority cannot be used.
    package enum Fault: Error, Equatable {
        /// The certificate or its key cannot be read, or they do not belong together.
        case unreadable
        /// It has ended.
        case expired
    }

    /// From when it is made to its end: five years.
    package static let life = Length(milliseconds: 5 * 365 * 86_400_000)

    /// Its own certificate, in DER.
    package let certificate: [UInt8]
    /// When its own certificate ends; no leaf lasts longer.
    package let expiresAt: Instant
    private let signing: P256.Signing.PrivateKey
    let subject: DistinguishedName
    let keyIdentifier: SubjectKeyIdentifier

    /// Makes a new one.
    package static func make(at now: Instant) -> LocalAuthority {
        let key = P256.Signing.PrivateKey()
        guard let certificate = try? ownCertificate(of: key, at: now),
            let authority = try? LocalAuthority(certificate: certificate, signing: key)
        else { preconditionFailure("a new key signs, and its certificate is read back") }
        return authority
    }

    /// The authority of a ``certificate`` and its key, 32 bytes.
    package init(certificate: [UInt8], key: borrowing Secret) throws(Fault) {
        let made = key.revealing { span in
            unsafe span.withUnsafeBytes { unsafe try? P256.Signing.PrivateKey(rawRepresentation: $0) }
        }
        guard let made else { throw .unreadable }
        try self.init(certificate: certificate, signing: made)
    }

    private init(certificate: [UInt8], signing: P256.Signing.PrivateKey) throws(Fault) {
        guard let read = try? Certificate(derEncoded: certificate),
            read.publicKey == Certificate.PublicKey(signing.publicKey)
        else { throw .unreadable }
        self.certificate = certificate
        self.signing = signing
        subject = read.subject
        keyIdentifier = SubjectKeyIdentifier(hash: read.publicKey)
        expiresAt = Instant(milliseconds: Int64(read.notValidAfter.timeIntervalSince1970) * 1000)
    }

    /// Its key, 32 bytes, to be sealed and kept beside ``certificate``.
    package var secretKey: Secret {
        var raw = Array(signing.rawRepresentation)
        return Secret(wiping: &raw)
    }

    var key: Certificate.PrivateKey { Certificate.PrivateKey(signing) }

    /// Its own certificate as PEM, to be put where programs look for authorities.
    package var pem: String { Self.pem(certificate) }

    /// A certificate in DER, as PEM.
    package static func pem(_ certificate: [UInt8]) -> String {
        PEMDocument(type: "CERTIFICATE", derBytes: certificate).pemString + "\n"
    }

    private static func ownCertificate(of key: P256.Signing.PrivateKey, at now: Instant) throws -> [UInt8] {
        let publicKey = Certificate.PublicKey(key.publicKey)
        let identifier = SubjectKeyIdentifier(hash: publicKey)
        // The name tells two installations' authorities apart where both are trusted.
        let mark = Hexadecimal.text(Array(identifier.keyIdentifier.prefix(4)))
        let name = try DistinguishedName { CommonName("Bitting proxy authority \(mark)") }
        let certificate = try Certificate(
            version: .v3, serialNumber: Certificate.SerialNumber(), publicKey: publicKey,
            notValidBefore: now.date(shiftedBy: -Leaf.backdating), notValidAfter: (now + life).date(),
            issuer: name, subject: name,
            extensions: try Certificate.Extensions {
                Critical(BasicConstraints.isCertificateAuthority(maxPathLength: 0))
                Critical(KeyUsage(keyCertSign: true))
                try ExtendedKeyUsage([.serverAuth])
                identifier
            },
            issuerPrivateKey: Certificate.PrivateKey(key))
        return try certificate.derBytes
    }
}

extension LocalAuthority: CustomStringConvertible, CustomReflectable {
    /// Nothing of the key.
    package var description: String { "LocalAuthority" }
    /// No children.
    package var customMirror: Mirror { Mirror(self, children: []) }
}

extension Certificate {
    var derBytes: [UInt8] {
        get throws {
            var serializer = DER.Serializer()
            try serialize(into: &serializer)
            return serializer.serializedBytes
        }
    }
}

extension Instant {
    /// The same in the words of certificates, whole seconds.
    func date(shiftedBy seconds: Int64 = 0) -> Date {
        Date(timeIntervalSince1970: Double(milliseconds / 1000 + seconds))
    }
}
