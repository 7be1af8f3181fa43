// SPDX-License-Identifier: Apache-2.0
import Access
import LocalAuthority
import Secrets
import SwiftASN1
import Testing
import X509

@Suite struct LocalAuthorityTests {
    private let now = Instant("2026-03-01T12:00:00Z") ?? Instant(milliseconds: 0)

    @Test func `An authority comes back from its certificate and its key`() throws {
        let made = LocalAuthority.make(at: now)
        let again = try LocalAuthority(certificate: made.certificate, key: made.secretKey)
        #expect(again.pem == made.pem)
        #expect(again.expiresAt == now + LocalAuthority.life)
        let leaf = try Certificate(derEncoded: again.leaf(for: .name("api.example"), at: now).certificate)
        let authority = try Certificate(derEncoded: made.certificate)
        #expect(authority.publicKey.isValidSignature(leaf.signature, for: leaf))
    }

    @Test func `Another authority's key, a wrong length and an altered certificate are refused`() {
        let (made, other) = (LocalAuthority.make(at: now), LocalAuthority.make(at: now))
        #expect(throws: LocalAuthority.Fault.unreadable) {
            try LocalAuthority(certificate: made.certificate, key: other.secretKey)
        }
        #expect(throws: LocalAuthority.Fault.unreadable) {
            var short = [UInt8](repeating: 7, count: 31)
            return try LocalAuthority(certificate: made.certificate, key: Secret(wiping: &short))
        }
        #expect(throws: LocalAuthority.Fault.unreadable) {
            try LocalAuthority(certificate: Array(made.certificate.dropLast()), key: made.secretKey)
        }
    }

    @Test func `It may sign servers and no further authority`() throws {
        let authority = try Certificate(derEncoded: LocalAuthority.make(at: now).certificate)
        #expect(try authority.extensions.basicConstraints == .isCertificateAuthority(maxPathLength: 0))
        #expect(try authority.extensions.keyUsage == KeyUsage(keyCertSign: true))
        #expect(try authority.extensions.extendedKeyUsage == ExtendedKeyUsage([.serverAuth]))
        #expect(authority.extensions[oid: .X509ExtensionID.basicConstraints]?.critical == true)
        #expect(authority.extensions[oid: .X509ExtensionID.keyUsage]?.critical == true)
    }

    @Test func `A leaf is for its host alone, by name or by address`() throws {
        let authority = LocalAuthority.make(at: now)
        let cases: [(Leaf.Host, GeneralName)] = [
            (.name("api.example"), .dnsName("api.example")),
            (.address(try #require(IPAddress("127.0.0.1"))), .ipAddress(.init(contentBytes: [127, 0, 0, 1]))),
            (
                .address(try #require(IPAddress("2001:db8::7"))),
                .ipAddress(.init(contentBytes: [0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7]))
            ),
        ]
        for (host, name) in cases {
            let leaf = try Certificate(derEncoded: authority.leaf(for: host, at: now).certificate)
            #expect(try leaf.extensions.subjectAlternativeNames.map(Array.init) == [name])
            #expect(try leaf.extensions.basicConstraints == .notCertificateAuthority)
            #expect(try leaf.extensions.keyUsage == KeyUsage(digitalSignature: true))
        }
    }

    @Test func `A leaf lasts seven days and never longer than its authority`() throws {
        let authority = LocalAuthority.make(at: now)
        #expect(try authority.leaf(for: .name("a.example"), at: now).expiresAt == now + Leaf.life)
        let late = Instant(milliseconds: authority.expiresAt.milliseconds - 86_400_000)
        #expect(try authority.leaf(for: .name("a.example"), at: late).expiresAt == authority.expiresAt)
        #expect(throws: LocalAuthority.Fault.expired) {
            try authority.leaf(for: .name("a.example"), at: authority.expiresAt)
        }
    }

    @Test func `Two leaves of one host share neither key nor serial number`() throws {
        let authority = LocalAuthority.make(at: now)
        let (first, second) = (
            try authority.leaf(for: .name("a.example"), at: now), try authority.leaf(for: .name("a.example"), at: now)
        )
        #expect(first.key != second.key)
        #expect(
            try Certificate(derEncoded: first.certificate).serialNumber
                != Certificate(derEncoded: second.certificate).serialNumber)
    }

    @Test func `Printing an authority tells nothing of its key`() {
        let authority = LocalAuthority.make(at: now)
        #expect("\(authority)" == "LocalAuthority")
        #expect(String(reflecting: authority) == "LocalAuthority")
    }
}
