// SPDX-License-Identifier: Apache-2.0
import Access
import Secrets
import Telling
import TestKit
import Testing

@Suite struct MessageSignerTests {
    @Test func `the vector of Standard Webhooks`() throws {
        var bytes = try #require(Base64Text.bytes("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"))
        let signer = MessageSigner(hmac: Secret(wiping: &bytes))
        let signed = signer.signatures(
            id: "msg_p5jXN8AQM9LWM0D4loKWxJek", timestamp: 1_614_265_330, body: Array(#"{"test": 2432232314}"#.utf8))
        #expect(signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")
    }

    @Test func `while a rotation overlaps, both secrets sign, the newest first`() throws {
        let keyring = try Keyring.sample()
        let (old, new) = (Array(UInt8(0)..<32), Array(UInt8(32)..<64))
        let end = FixedTime.start + .seconds(60)
        let webhook = Webhook.sample(secrets: [
            .sealed(old, number: 1, endsAt: end, keyring), .sealed(new, number: 2, endsAt: nil, keyring),
        ])
        let signer = try MessageSigner(of: webhook, keyring)
        let start = FixedTime.start.milliseconds / 1000
        let during = signer.signatures(id: "evt_1", timestamp: start, body: [1, 2])
        #expect(during == [new, old].map { only($0, timestamp: start) }.joined(separator: " "))
        #expect(
            signer.signatures(id: "evt_1", timestamp: start + 60, body: [1, 2]) == only(new, timestamp: start + 60))
    }

    private func only(_ bytes: [UInt8], timestamp: Int64) -> String {
        MessageSigner(hmac: Secret(copying: bytes.span)).signatures(id: "evt_1", timestamp: timestamp, body: [1, 2])
    }

    @Test func `Ed25519 signs what its public key accepts`() throws {
        let keyring = try Keyring.sample()
        let seed = Array(UInt8(7)..<39)
        let webhook = Webhook.sample(signing: .ed25519, secrets: [.sealed(seed, number: 1, endsAt: nil, keyring)])
        let signed = try MessageSigner(of: webhook, keyring).signatures(
            id: "evt_1", timestamp: 5, body: Array("{}".utf8))
        #expect(signed.hasPrefix("v1a,"))
        let signature = try #require(Base64Text.bytes(signed.dropFirst(4)))
        #expect(SigningKey(seed: Secret(copying: seed.span)).verifying.accepts(signature, of: Array("evt_1.5.{}".utf8)))
    }

    @Test func `a secret that was moved to another webhook does not open`() throws {
        let keyring = try Keyring.sample()
        let secret = WebhookSecret.sealed(
            Array(0..<32), of: WebhookID(high: 9, low: 9), number: 1, endsAt: nil, keyring)
        #expect(throws: SealFailure.refused) {
            try MessageSigner(of: .sample(secrets: [secret]), keyring)
        }
    }
}

extension Keyring {
    /// A keyring of one term.
    static func sample() throws -> Keyring {
        var random = Seeded(3)
        let master = MasterKey.generate(using: &random).key
        return try Keyring(opening: [Keyring.newTerm(1, under: master, using: &random)], with: master)
    }
}

extension WebhookSecret {
    /// These bytes, sealed for the sample webhook or another.
    static func sealed(
        _ bytes: [UInt8], of webhook: WebhookID = WebhookID(high: 5, low: 5), number: Int64, endsAt: Instant?,
        _ keyring: Keyring
    ) -> WebhookSecret {
        WebhookSecret(
            number: number,
            box: keyring.seal(Secret(copying: bytes.span), for: WebhookSecret.place(webhook, number: number)),
            publicKey: nil, createdAt: FixedTime.start, endsAt: endsAt)
    }
}
