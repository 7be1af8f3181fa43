// SPDX-License-Identifier: Apache-2.0
internal import Wire

/// What Bitting says of a key that somebody presented.
public struct Verification: Sendable, Equatable {
    /// Whether to let the bearer in.
    public let valid: Bool
    /// Why, or why not: `valid malformed unknown revoked disabled expired locked address_denied route_denied
    /// insufficient_scope rate_limited quota_exceeded`. Tell the bearer `malformed` and `unknown` as one.
    public let code: String
    /// The key's id; nil, like all that follows, where the key is not known.
    public let keyID: String?
    /// The name of its keyspace.
    public let keyspace: String?
    /// `live`, `test`, …
    public let environment: String?
    /// Whose key it is.
    public let owner: Owner?
    /// What people call it.
    public let name: String?
    /// All it may do, not only what was asked for.
    public let scopes: [String]
    /// What its owner keeps with it, a JSON object.
    public let metadata: [UInt8]
    /// When it ends, RFC 3339 in UTC.
    public let expiresAt: String?
    /// `current`, or `retiring` for a secret that was replaced and still works.
    public let secret: String?
    /// When a retiring secret stops working, RFC 3339 in UTC.
    public let graceExpiresAt: String?

    /// An account, an app or a user.
    public struct Owner: Sendable, Equatable {
        /// `account`, `app` or `user`.
        public let type: String
        /// Its id.
        public let id: String
        /// The account it is or belongs to.
        public let account: String
    }

    /// Reads the answer of `/v1/verify`.
    package init(reading response: Response) throws(BittingError) {
        guard let answer = try? JSON.parse(response.body), let valid = answer["valid"]?.asBool,
            let code = answer["code"]?.asString
        else { throw BittingError.unexpected(response) }
        self.valid = valid
        self.code = code
        keyID = answer["key_id"]?.asString
        keyspace = answer["keyspace"]?.asString
        environment = answer["environment"]?.asString
        owner = Owner(answer["owner"])
        name = answer["name"]?.asString
        scopes = answer["scopes"]?.asArray?.compactMap(\.asString) ?? []
        metadata = Array((answer["metadata"] ?? [:]).text.utf8)
        expiresAt = answer["expires_at"]?.asString
        secret = answer["secret"]?.asString
        graceExpiresAt = answer["grace_expires_at"]?.asString
    }
}

extension Verification.Owner {
    fileprivate init?(_ json: JSON?) {
        guard let type = json?["type"]?.asString, let id = json?["id"]?.asString,
            let account = json?["account"]?.asString
        else { return nil }
        self.init(type: type, id: id, account: account)
    }
}
