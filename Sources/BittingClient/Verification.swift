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

    /// When a retiring secret was replaced, RFC 3339 in UTC.
    public let retiringSince: String?
    /// The limits of the key, as they are after the call.
    public let limits: [Limit]
    /// The tightest of the budgets that pay for the call.
    public let quota: Quota?
    /// Of `rate_limited` and `quota_exceeded`: how many seconds to wait; nil where waiting does not help.
    public let retryAfter: Int?
    /// What of the question, beside key and scopes, a valid answer rests on; nil if the server does not say.
    package let variesWith: Set<String>?

    /// A limit of a key: so many calls in a time.
    public struct Limit: Sendable, Equatable {
        /// What people call it.
        public let name: String
        /// How many calls fit in it.
        public let limit: Int
        /// How many are left.
        public let remaining: Int
        /// Seconds until it is whole again.
        public let resetAfter: Int
    }

    /// A budget that pays for calls.
    public struct Quota: Sendable, Equatable {
        /// Whose it is: `key`, `app`, `user` or `account`.
        public let of: String
        /// What the period had in all.
        public let amount: Int
        /// What is left.
        public let remaining: Int
    }

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
        retiringSince = answer["retiring_since"]?.asString
        limits = answer["limits"]?.asArray?.compactMap(Limit.init) ?? []
        quota = Quota(answer["quota"])
        retryAfter = Verification.seconds(answer["retry_after"])
        variesWith = answer["varies_with"]?.asArray.map { Set($0.compactMap(\.asString)) }
    }

    /// `12s`
    fileprivate static func seconds(_ json: JSON?) -> Int? {
        guard let text = json?.asString, text.hasSuffix("s") else { return nil }
        return Int(text.dropLast())
    }
}

extension Verification.Limit {
    fileprivate init?(_ json: JSON) {
        guard let name = json["name"]?.asString, let limit = json["limit"]?.asInteger,
            let remaining = json["remaining"]?.asInteger, let reset = Verification.seconds(json["reset_after"])
        else { return nil }
        self.init(name: name, limit: Int(limit), remaining: Int(remaining), resetAfter: reset)
    }
}

extension Verification.Quota {
    fileprivate init?(_ json: JSON?) {
        guard let of = json?["of"]?.asString, let amount = json?["amount"]?.asInteger,
            let remaining = json?["remaining"]?.asInteger
        else { return nil }
        self.init(of: of, amount: Int(amount), remaining: Int(remaining))
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
