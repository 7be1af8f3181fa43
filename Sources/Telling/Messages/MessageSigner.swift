// SPDX-License-Identifier: Apache-2.0
internal import Access
package import Secrets

/// Signs the messages to one webhook, with every secret that is valid (Standard Webhooks 1.0).
package struct MessageSigner: Sendable {
    private enum Key: Sendable {
        case hmac(MessageKey)
        case ed25519(SigningKey)
    }

    private let keys: [(key: Key, endsAt: Instant?)]

    /// Opens the secrets of `webhook`. Throws when one was altered, or belongs to another keyring.
    package init(of webhook: Webhook, _ keyring: Keyring) throws(SealFailure) {
        var keys: [(key: Key, endsAt: Instant?)] = []
        // The newest first, as receivers that stop at the first match are served best.
        for secret in webhook.secrets.reversed() {
            let bytes = try keyring.open(secret.box, from: WebhookSecret.place(webhook.id, number: secret.number))
            switch webhook.signing {
            case .hmac: keys.append((.hmac(MessageKey(bytes)), secret.endsAt))
            case .ed25519:
                guard bytes.count == SigningKey.seedLength else { throw .unreadable }
                keys.append((.ed25519(SigningKey(seed: bytes)), secret.endsAt))
            }
        }
        self.keys = keys
    }

    /// A signer with one HMAC secret.
    package init(hmac secret: borrowing Secret) { keys = [(.hmac(MessageKey(secret)), nil)] }

    /// The value of `webhook-signature`: of `{id}.{timestamp}.{body}`, one for each secret.
    ///
    /// - Parameter timestamp: seconds since 1970, as `webhook-timestamp` has it.
    package func signatures(id: String, timestamp: Int64, body: [UInt8]) -> String {
        let now = Instant(milliseconds: timestamp * 1000)
        let message = Array("\(id).\(timestamp).".utf8) + body
        return keys.filter { $0.endsAt.map { now < $0 } ?? true }.map { key, _ in
            switch key {
            case .hmac(let key): "v1," + Base64Text.text(key.code(of: message))
            case .ed25519(let key): "v1a," + Base64Text.text(key.signature(of: message))
            }
        }.joined(separator: " ")
    }
}
