// SPDX-License-Identifier: Apache-2.0
package import Access
package import IssuedKeys
internal import Secrets

/// A key and its text.
package struct SampleKey: Sendable {
    package var key: Key
    package let text: [UInt8]

    /// A key with one of its secrets' texts.
    package init(key: Key, text: [UInt8]) {
        self.key = key
        self.text = text
    }

    /// The text as a string.
    package var string: String { String(decoding: text, as: UTF8.self) }
}

/// A small world for an index without a database: a keyspace, the built-in one, an account with an app and a user,
/// and keys of theirs.
package struct KeyMaker: Sendable {
    private var random: Seeded
    package let keyspace: Keyspace
    package let management: Keyspace
    package let account: AccountID
    package let app: AppID
    package let user: UserID

    /// The same `seed` makes the same keys.
    package init(seed: UInt64, acceptsQueryParameter: Bool = false) {
        var random = Seeded(seed)
        keyspace = Self.keyspace("acme", &random, isBuiltIn: false, acceptsQueryParameter)
        management = Self.keyspace(Keyspace.builtInName, &random, isBuiltIn: true, false)
        account = AccountID(at: FixedTime.start, using: &random)
        app = AppID(at: FixedTime.start, using: &random)
        user = UserID(at: FixedTime.start, using: &random)
        self.random = random
    }

    private static func keyspace(_ name: String, _ random: inout Seeded, isBuiltIn: Bool, _ acceptsQuery: Bool)
        -> Keyspace
    {
        Keyspace(
            id: KeyspaceID(at: FixedTime.start, using: &random), name: name, prefix: name, environment: "live",
            maxLifetime: nil, acceptsQueryParameter: acceptsQuery, isBuiltIn: isBuiltIn, createdAt: FixedTime.start,
            updatedAt: FixedTime.start, revision: 1)
    }

    /// What an index must know before any key.
    package var setting: [KeyChange] {
        [
            .keyspace(keyspace), .keyspace(management),
            .owner(.account(account), account: account, isLocked: false),
            .owner(.app(app), account: account, isLocked: false),
            .owner(.user(user), account: account, isLocked: false),
        ]
    }

    /// A key of the app with one current secret; `change` makes it what the test needs.
    package mutating func key(
        _ scopes: String = "", isManagement: Bool = false, _ change: (inout Key) -> Void = { _ in }
    ) -> SampleKey {
        let space = isManagement ? management : keyspace
        let text = KeyText.generate(prefix: space.prefix, environment: space.environment, using: &random).exposed()
        var key = Key(
            id: KeyID(at: FixedTime.start, using: &random), keyspace: space.id, owner: .app(app), account: account,
            name: "sample", scopes: ScopeSet(text: scopes), state: .active, expiresAt: nil, notBefore: nil,
            allowedAddresses: [], allowedRoutes: [], boundAccounts: [], metadata: "{}",
            hint: KeyText.hint(of: text.span),
            secrets: [KeySecret(digest: Digest(of: text.span), role: .current, createdAt: FixedTime.start)],
            createdAt: FixedTime.start, updatedAt: FixedTime.start, revision: 1)
        change(&key)
        return SampleKey(key: key, text: text)
    }

    /// Another secret's text for a key that exists.
    package mutating func secretText() -> [UInt8] {
        KeyText.generate(prefix: keyspace.prefix, environment: keyspace.environment, using: &random).exposed()
    }
}
