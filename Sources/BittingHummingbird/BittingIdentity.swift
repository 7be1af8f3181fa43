// SPDX-License-Identifier: Apache-2.0
public import BittingClient

/// Who makes a call: what Bitting says of the key that was shown and found good.
public struct BittingIdentity: Sendable, Equatable {
    /// The key's id; the same before and after a rotation.
    public let keyID: String
    /// Whose key it is: an account, an app or a user, and the account behind it.
    public let owner: Verification.Owner
    /// What people call the key.
    public let name: String
    /// The name of its keyspace.
    public let keyspace: String
    /// `live`, `test`, …
    public let environment: String
    /// All that the key may do, as `resource:action`.
    public let scopes: [String]
    /// What its owner keeps with it, a JSON object.
    public let metadata: [UInt8]
    /// Whether the secret shown was replaced and only still works.
    public let isRetiring: Bool

    /// The account behind the key.
    public var account: String { owner.account }

    /// Of a valid verification; nil for any other.
    public init?(_ verification: Verification) {
        guard verification.valid, let keyID = verification.keyID, let owner = verification.owner,
            let keyspace = verification.keyspace, let environment = verification.environment
        else { return nil }
        self.keyID = keyID
        self.owner = owner
        name = verification.name ?? ""
        self.keyspace = keyspace
        self.environment = environment
        scopes = verification.scopes
        metadata = verification.metadata
        isRetiring = verification.secret == "retiring"
    }

    /// Whether the key holds a scope such as `labels:create`, with `*` for either part of its own.
    public func may(_ scope: String) -> Bool {
        let wanted = BittingIdentity.parts(scope)
        guard wanted.count == 2 else { return false }
        return scopes.map(BittingIdentity.parts).contains { held in
            held.count == 2 && zip(held, wanted).allSatisfy { $0 == "*" || $0 == $1 }
        }
    }

    private static func parts(_ scope: String) -> [Substring] {
        scope.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    }
}
