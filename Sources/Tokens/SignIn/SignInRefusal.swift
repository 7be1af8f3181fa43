// SPDX-License-Identifier: Apache-2.0

/// Why nobody was signed in. The raw value is the stable code; texts hold nothing of the token.
package enum SignInRefusal: String, Error, Sendable, CaseIterable {
    /// Not three parts of base64url with JSON in them, or a claim that must be there is not, or is of another type.
    case tokenMalformed = "token_malformed"
    case tokenTooLong = "token_too_long"
    /// `none`, anything with a shared secret, or what is not known.
    case algorithmRefused = "algorithm_refused"
    /// There is no active rule for the token's issuer, or none of the name or id that was given.
    case noRule = "no_rule"
    /// The issuer has several keys and the token does not say which.
    case keyIDMissing = "key_id_missing"
    /// The issuer has no such key.
    case keyUnknown = "key_unknown"
    /// The key is of another kind than the algorithm, or for another one.
    case keyMismatch = "key_mismatch"
    case signatureInvalid = "signature_invalid"
    case tokenExpired = "token_expired"
    case tokenNotYetValid = "token_not_yet_valid"
    /// Made more than a day ago.
    case tokenTooOld = "token_too_old"
    /// The token is for somebody else.
    case audienceMismatch = "audience_mismatch"
    /// No rule wants these claims.
    case claimsMismatch = "claims_mismatch"
    /// More than one rule matches.
    case severalRules = "several_rules"
    /// More was asked for than the rule gives.
    case scopeRefused = "scope_refused"
    /// The rule takes each token once.
    case tokenReplayed = "token_replayed"
    /// The issuer's keys cannot be had now.
    case keysUnavailable = "keys_unavailable"
    /// Too many sign in at once, or storage does not answer.
    case busy = "busy"
}

extension SignInRefusal {
    /// The `error` of the token endpoint (RFC 6749, section 5.2).
    package var oauthError: String {
        switch self {
        case .tokenMalformed, .tokenTooLong, .severalRules: "invalid_request"
        case .scopeRefused: "invalid_scope"
        case .keysUnavailable, .busy: "temporarily_unavailable"
        case .algorithmRefused, .noRule, .keyIDMissing, .keyUnknown, .keyMismatch, .signatureInvalid, .tokenExpired,
            .tokenNotYetValid, .tokenTooOld, .audienceMismatch, .claimsMismatch, .tokenReplayed:
            "invalid_grant"
        }
    }

    /// Whether the same call may succeed a little later: 503 rather than 400.
    package var isTemporary: Bool { oauthError == "temporarily_unavailable" }

    /// The `error_description`: what is wrong, and what to do.
    package var text: String {
        switch self {
        case .tokenMalformed:
            "subject_token is no signed JWT with iss, aud and exp; send the identity token as it was given"
        case .tokenTooLong: "subject_token is longer than 16384 bytes"
        case .algorithmRefused: "the token is signed by an algorithm that is not accepted"
        case .noRule: "no active sign-in rule fits; check the rule and the issuer"
        case .keyIDMissing: "the issuer has several keys and the token names none; have it signed with a kid"
        case .keyUnknown: "the issuer publishes no key of the token's kid; try again in a minute if it was just rotated"
        case .keyMismatch: "the issuer's key of that kid is not for the token's algorithm"
        case .signatureInvalid: "the token's signature is not its issuer's"
        case .tokenExpired: "the token has expired; get a new one from the issuer"
        case .tokenNotYetValid: "the token is not valid yet; check the clocks"
        case .tokenTooOld: "the token was made more than a day ago, or does not say when; get a new one from the issuer"
        case .audienceMismatch: "the token is for another audience; ask the issuer for the rule's audience"
        case .claimsMismatch: "no sign-in rule accepts the token's claims"
        case .severalRules: "several sign-in rules match; name one in the parameter rule"
        case .scopeRefused: "more scopes were asked for than the sign-in rule gives; ask for fewer"
        case .tokenReplayed: "the token was used before and its rule takes each one once; get a new one from the issuer"
        case .keysUnavailable: "the issuer's keys cannot be had at the moment; try again shortly"
        case .busy: "sign-ins cannot be taken at the moment; try again shortly"
        }
    }
}
