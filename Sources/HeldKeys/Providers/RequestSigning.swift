// SPDX-License-Identifier: Apache-2.0

/// AWS Signature Version 4: which parts of the value sign, and for what.
package struct AWSSignature: Equatable, Sendable {
    /// Names of parts.
    package let accessKeyID: String
    package let secretAccessKey: String
    package let sessionToken: String?
    /// Texts, or settings in braces.
    package let region: SlotFormat
    package let service: SlotFormat

    /// A signature.
    package init(
        accessKeyID: String, secretAccessKey: String, sessionToken: String?, region: SlotFormat, service: SlotFormat
    ) {
        self.accessKeyID = accessKeyID
        self.secretAccessKey = secretAccessKey
        self.sessionToken = sessionToken
        self.region = region
        self.service = service
    }
}

/// A keyed digest over parts of the request, in header fields of its own.
package struct MessageSignature: Equatable, Sendable {
    /// The digest under the HMAC.
    package enum Algorithm: String, Sendable, CaseIterable { case sha1, sha256, sha512 }
    /// How bytes are written.
    package enum Encoding: String, Sendable, CaseIterable { case hex, base64, base64url }
    /// How the moment is written.
    package enum Time: String, Sendable, CaseIterable { case unix, unixMilliseconds = "unix_ms", rfc3339 }

    package let algorithm: Algorithm
    /// The part that is the key.
    package let key: String
    package let encoding: Encoding
    /// What is signed: text with ``messageNames`` and parts and settings in braces.
    package let message: SlotFormat
    /// The fields that are set; `{signature}` and `{timestamp}` may stand in them beside parts and settings.
    package let fields: [Field]
    package let time: Time

    /// A field and its format.
    package struct Field: Equatable, Sendable {
        package let name: String
        package let format: SlotFormat
        /// A field.
        package init(name: String, format: SlotFormat) {
            self.name = name
            self.format = format
        }
    }

    /// What a message may name beside parts and settings: `query` with its question mark, `body` as sent,
    /// `body_sha256` in hexadecimal digits.
    package static let messageNames = ["timestamp", "method", "path", "query", "body", "body_sha256"]

    /// A signature.
    package init(
        algorithm: Algorithm, key: String, encoding: Encoding, message: SlotFormat, fields: [Field], time: Time
    ) {
        self.algorithm = algorithm
        self.key = key
        self.encoding = encoding
        self.message = message
        self.fields = fields
        self.time = time
    }
}

/// OAuth 2 client credentials (RFC 6749 section 4.4): id and secret are traded for a token that calls carry.
package struct ClientCredentials: Equatable, Sendable {
    /// How the client shows id and secret.
    package enum Authentication: String, Sendable, CaseIterable { case basic, body }

    /// Scheme, host and port of the token endpoint, and its path.
    package let tokenOrigin: OriginPattern
    package let tokenPath: String
    /// Names of parts.
    package let clientID: String
    package let clientSecret: String
    package let authentication: Authentication
    package let scope: String?
    package let audience: String?

    /// How tokens are had.
    package init(
        tokenOrigin: OriginPattern, tokenPath: String, clientID: String, clientSecret: String,
        authentication: Authentication, scope: String?, audience: String?
    ) {
        self.tokenOrigin = tokenOrigin
        self.tokenPath = tokenPath
        self.clientID = clientID
        self.clientSecret = clientSecret
        self.authentication = authentication
        self.scope = scope
        self.audience = audience
    }
}
