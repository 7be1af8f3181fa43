// SPDX-License-Identifier: Apache-2.0
internal import Secrets
internal import Wire

/// What a program shows the proxy: `Proxy-Authorization: Bearer key`, or Basic with the key as user name or password.
///
/// Beside the key, Basic has room for the name of an integration, for apps that have several with one host:
/// `https_proxy=http://stripe-test:KEY@127.0.0.1:7102`.
struct ProxyCredentials: Equatable {
    let key: [UInt8]
    /// The integration that was named; nil when none was.
    let integration: [UInt8]?

    /// How the field was found.
    enum Outcome: Equatable {
        case shown(ProxyCredentials)
        case absent
        /// Twice there, of another scheme, or with two keys.
        case unreadable
    }

    /// What people write where a user name must be and nothing is meant.
    private static let meaningless = ["x", "bitting"].map { Array($0.utf8) }

    static func read(_ fields: FieldSection, _ bytes: Span<UInt8>) -> Outcome {
        guard let field = fields.first(.proxyAuthorization) else { return .absent }
        guard fields.count(of: .proxyAuthorization) == 1 else { return .unreadable }
        let value = field.value
        if bytes.startsIgnoringCase(value, with: "bearer ") {
            let key = bytes.copy(bytes.trimmed(Slice(start: value.start + 7, end: value.end)))
            return key.isEmpty ? .unreadable : .shown(ProxyCredentials(key: key, integration: nil))
        }
        guard bytes.startsIgnoringCase(value, with: "basic "),
            let pair = Base64.decode(bytes, bytes.trimmed(Slice(start: value.start + 6, end: value.end)))
        else { return .unreadable }
        return read(pair)
    }

    private static func read(_ pair: [UInt8]) -> Outcome {
        let user = Array(pair.prefix { $0 != 0x3A })
        let password = Array(pair.dropFirst(user.count + 1))
        let isInPassword = KeyText.isWellFormed(password.span) || user.isEmpty
        if isInPassword, KeyText.isWellFormed(user.span), user != password { return .unreadable }
        let (key, other) = isInPassword ? (password, user) : (user, password)
        guard !key.isEmpty else { return .unreadable }
        let isNamed = !other.isEmpty && other != key && !meaningless.contains(other)
        return .shown(ProxyCredentials(key: key, integration: isNamed ? other : nil))
    }
}
