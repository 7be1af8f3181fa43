// SPDX-License-Identifier: Apache-2.0
import Secrets
import TestKit
import Testing

@Suite struct SigningKeyTests {
    /// RFC 8032, section 7.1, tests 1 to 3: seed, public key, message, signature.
    static let vectors = [
        (
            "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"
                + "d25bf5f0595bbe24655141438e7a100b"
        ),
        (
            "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c"
                + "387b2eaeb4302aeeb00d291612bb0c00"
        ),
        (
            "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
            "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc659"
                + "4a7c15e9716ed28dc027beceea1ec40a"
        ),
    ]

    private static func key(_ seed: String) throws -> SigningKey {
        let bytes = try bytes(seed)
        let secret = Secret(copying: bytes.span)
        return SigningKey(seed: secret)
    }

    private static func bytes(_ text: String) throws -> [UInt8] { try #require(Hexadecimal.bytes(text)) }

    @Test("the RFC's vectors", arguments: vectors)
    func vector(_ seed: String, _ publicKey: String, _ message: String, _ signature: String) throws {
        let key = try Self.key(seed)
        let (message, signature) = (try Self.bytes(message), try Self.bytes(signature))
        #expect(Hexadecimal.text(key.verifying.bytes) == publicKey)
        #expect(key.verifying.accepts(signature, of: message))
        #expect(key.verifying.accepts(key.signature(of: message), of: message))
    }

    @Test("a signature with any bit changed is refused, and so is another message or key")
    func altered() throws {
        let (seed, _, message, signature) = Self.vectors[2]
        let key = try Self.key(seed).verifying
        let good = try Self.bytes(signature)
        for position in 0..<64 {
            var bad = good
            bad[position] ^= 1 << UInt8(position % 8)
            #expect(!key.accepts(bad, of: try Self.bytes(message)))
        }
        #expect(!key.accepts(good, of: [1]))
        #expect(!key.accepts([], of: []))
        let other = try #require(VerifyingKey(bytes: try Self.bytes(Self.vectors[1].1)))
        #expect(!other.accepts(good, of: try Self.bytes(message)))
    }

    @Test("a key of another length is none")
    func length() {
        #expect(VerifyingKey(bytes: []) == nil)
        #expect(VerifyingKey(bytes: [UInt8](repeating: 1, count: 31)) == nil)
        #expect(VerifyingKey(bytes: [UInt8](repeating: 1, count: 33)) == nil)
    }

    @Test("printing one says nothing of it")
    func printing() throws {
        let key = try Self.key(String(repeating: "07", count: 32))
        var dumped = ""
        dump(key, to: &dumped)
        #expect("\(key)" == "SigningKey")
        #expect(!dumped.contains("7"), "\(dumped)")
    }
}
