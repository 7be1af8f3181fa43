// SPDX-License-Identifier: Apache-2.0
import Secrets
import TestKit
import Testing

@Suite struct SecretTests {
    @Test("taking bytes over empties the array they came from, and keeps them")
    func emptiesSource() {
        var source = Array("sk_live_0123456789".utf8)
        let secret = Secret(wiping: &source)
        #expect(source.isEmpty)
        #expect(secret.count == 18)
        #expect(secret.exposed() == Array("sk_live_0123456789".utf8))
    }

    @Test("a copy is the secret's own: wiping the original does not reach it, nor another holder's array")
    func copies() {
        var source = [UInt8](repeating: 0xAA, count: 64)
        let held = source
        let secret = Secret(copying: source.span)
        Secret.wipe(&source)
        #expect(source.isEmpty)
        #expect(held == [UInt8](repeating: 0xAA, count: 64))
        #expect(secret.exposed() == held)
    }

    @Test("an empty secret is a secret of no bytes")
    func empty() {
        let secret = Secret(copying: [UInt8]().span)
        #expect(secret.count == 0)
        #expect(secret.exposed() == [])
    }

    @Test("a failure inside comes out as it is")
    func throwsThrough() {
        struct Oops: Error, Equatable {}
        let secret = Secret(text: "value")
        #expect(throws: Oops()) { try secret.revealing { _ throws(Oops) in throw Oops() } }
    }
}

@Suite struct DigestTests {
    @Test(
        "digests are SHA-256",
        arguments: [
            ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (
                "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
            ),
        ])
    func vectors(text: String, digest: String) {
        let bytes = Array(text.utf8)
        #expect(Digest(of: bytes.span).hexadecimal == digest)
        #expect(Digest(of: bytes.map { [$0] }) == Digest(of: bytes.span))
        #expect(Digest(hexadecimal: digest.uppercased()) == Digest(of: bytes.span))
        #expect(Digest(bytes: Digest(of: bytes.span).bytes) == Digest(of: bytes.span))
    }

    @Test("digests that differ in one bit are not equal")
    func everyBit() {
        let bytes = Digest(of: Array("abc".utf8).span).bytes
        for bit in 0..<256 {
            var other = bytes
            other[bit / 8] ^= 1 << (bit % 8)
            #expect(Digest(bytes: other) != Digest(bytes: bytes))
        }
    }

    @Test("what is not 32 bytes is no digest", arguments: [0, 1, 31, 33, 64])
    func wrongCount(count: Int) {
        #expect(Digest(bytes: [UInt8](repeating: 1, count: count)) == nil)
        #expect(Digest(hexadecimal: String(repeating: "0", count: count)) == nil || count == 64)
    }

    @Test("hexadecimal is digits in pairs and nothing else", arguments: ["0", "0g", " 00", "00 ", "+f", "0x", "００"])
    func notHexadecimal(text: String) {
        #expect(Hexadecimal.bytes(text) == nil)
    }
}
