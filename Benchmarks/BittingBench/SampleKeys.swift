// SPDX-License-Identifier: Apache-2.0
import Access
import IssuedKeys
import Secrets

/// Keys as a mid-sized installation has them: some thousand accounts, an app each, a handful of scope sets.
struct SampleKeys {
    let keyspace: Keyspace
    let owners: [Owner]
    private let scopes = [
        ScopeSet([.of("labels", "create")]), ScopeSet([.of("labels", "create"), .of("orders", "read")]),
        ScopeSet([.of("labels", "*")]),
        ScopeSet([.of("labels", "create"), .of("customers", "read"), .of("refunds", "create")]),
    ]
    private var random = SystemRandomNumberGenerator()
    private let now = Instant(milliseconds: 1_790_000_000_000)

    init(accounts: Int) {
        let now = now
        var random = SystemRandomNumberGenerator()
        keyspace = Keyspace(
            id: KeyspaceID(at: now, using: &random), name: "bench", prefix: "bench", environment: "live",
            maxLifetime: nil, defaultLimits: [Limit("calls", 100_000, .rate(per: .seconds(1)))].compactMap { $0 },
            acceptsQueryParameter: false, isBuiltIn: false, createdAt: now, updatedAt: now, revision: 1)
        var owners: [Owner] = []
        for number in 0..<accounts {
            let account = AccountID(at: now, using: &random)
            for id in [OwnerID.account(account), .app(AppID(at: now, using: &random))] {
                owners.append(
                    Owner(
                        id: id, account: account, name: "Customer \(number)", externalID: nil, email: nil,
                        metadata: "{}",
                        lockedAt: nil, createdAt: now, updatedAt: now, revision: 1))
            }
        }
        self.owners = owners
    }

    /// One key and its text.
    mutating func next(_ number: Int) -> (key: Key, text: [UInt8]) {
        let secret = KeyText.generate(prefix: "bench", environment: "live", using: &random)
        let owner = owners[number % (owners.count / 2) * 2 + 1]
        let key = Key(
            id: KeyID(at: now, using: &random), keyspace: keyspace.id, owner: owner.id, account: owner.account,
            name: "Integration key \(number)", scopes: scopes[number % scopes.count], state: .active, expiresAt: nil,
            notBefore: nil, allowedAddresses: [], allowedRoutes: [], boundAccounts: [], metadata: "{}",
            hint: secret.revealing { KeyText.hint(of: $0) },
            secrets: [KeySecret(digest: secret.revealing { Digest(of: $0) }, role: .current, createdAt: now)],
            createdAt: now,
            updatedAt: now, revision: 1)
        return (key, secret.revealing { span in (0..<span.count).map { span[$0] } })
    }
}
