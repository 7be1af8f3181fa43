// SPDX-License-Identifier: Apache-2.0
package import Access
package import Secrets

/// How messages are signed; the names of Standard Webhooks 1.0.
package enum Signing: String, Sendable, CaseIterable {
    /// `v1`: HMAC-SHA256 under a secret that both sides hold.
    case hmac
    /// `v1a`: Ed25519; the receiver needs the public key only.
    case ed25519

    /// How many random bytes its secret has. The specification asks for 24 to 64.
    var secretLength: Int { self == .hmac ? 32 : SigningKey.seedLength }
}

/// One secret of a webhook, sealed.
package struct WebhookSecret: Equatable, Sendable {
    /// Counts from 1 within a webhook.
    package let number: Int64
    /// The secret, sealed under the keyring for ``place(_:number:)``.
    package let box: [UInt8]
    /// What signatures are checked with; of Ed25519 only.
    package let publicKey: [UInt8]?
    package let createdAt: Instant
    /// When it stops signing; nil for the current one.
    package var endsAt: Instant?

    /// A secret as it is stored.
    package init(number: Int64, box: [UInt8], publicKey: [UInt8]?, createdAt: Instant, endsAt: Instant?) {
        self.number = number
        self.box = box
        self.publicKey = publicKey
        self.createdAt = createdAt
        self.endsAt = endsAt
    }

    /// Where the box belongs.
    package static func place(_ webhook: WebhookID, number: Int64) -> Place {
        Place("webhook secret", webhook.description, String(number))
    }

    /// `whpk_…`: the public key as receivers take it.
    package var publicText: String? { publicKey.map { "whpk_" + Base64Text.text($0) } }

    /// Makes a secret of `webhook` and seals it; beside it what is shown once, nil where there is nothing to show.
    static func make(
        _ signing: Signing, for webhook: WebhookID, number: Int64, at now: Instant, _ keyring: Keyring,
        using random: inout Randomness
    ) -> (secret: WebhookSecret, shown: String?) {
        let bytes = Secret(count: signing.secretLength, using: &random)
        let secret = WebhookSecret(
            number: number, box: keyring.seal(bytes, for: place(webhook, number: number)),
            publicKey: signing == .ed25519 ? SigningKey(seed: bytes).verifying.bytes : nil, createdAt: now, endsAt: nil)
        return (secret, signing == .hmac ? "whsec_" + bytes.base64() : nil)
    }
}

extension Secret {
    /// Of the bytes; the text is not wiped.
    fileprivate borrowing func base64() -> String {
        revealing { span in Base64Text.text((0..<span.count).map { span[$0] }) }
    }
}
