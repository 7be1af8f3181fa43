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
    /// The rule's key is not in force, or no token of the kind that was asked for can be made for it.
    case keyRefused = "key_refused"
    /// The rule takes each token once.
    case tokenReplayed = "token_replayed"
    /// The issuer's keys cannot be had now.
    case keysUnavailable = "keys_unavailable"
    /// Too many sign in at once, or storage does not answer.
    case busy = "busy"
}

extension SignInRefusal {
    /// The `error` of the token endpoint. A subject token that is not accepted, for whatever reason, makes the request
    /// invalid (RFC 8693, section 2.2.2); the reason stands beside it.
    package var oauthError: String {
        switch self {
        case .scopeRefused: "invalid_scope"
        case .keysUnavailable, .busy: "temporarily_unavailable"
        case .tokenMalformed, .tokenTooLong, .severalRules, .algorithmRefused, .noRule, .keyIDMissing, .keyUnknown,
            .keyMismatch, .signatureInvalid, .tokenExpired, .tokenNotYetValid, .tokenTooOld, .audienceMismatch,
            .claimsMismatch, .keyRefused, .tokenReplayed:
            "invalid_request"
        }
    }

    /// Whether the same call may succeed a little later: 503 rather than 400.
    package var isTemporary: Bool { oauthError == "temporarily_unavailable" }

    /// The `error_description`: what is wrong.
    package var text: String {
        switch self {
        case .tokenMalformed: "The subject_token is no signed JWT with iss, aud and exp."
        case .tokenTooLong: "The subject_token is longer than \(ForeignToken.longest) bytes."
        case .algorithmRefused: "The token is signed by an algorithm that is not accepted."
        case .noRule: "There is no active sign-in rule for the token's issuer, or none of that name."
        case .keyIDMissing: "The issuer has several keys, and the token names none."
        case .keyUnknown: "The issuer publishes no key of the token's kid."
        case .keyMismatch: "The issuer's key of that kid is not for the token's algorithm."
        case .signatureInvalid: "The token's signature is not its issuer's."
        case .tokenExpired: "The token has expired."
        case .tokenNotYetValid: "The token is not valid yet."
        case .tokenTooOld: "The token was made more than a day ago, or does not say when."
        case .audienceMismatch: "The token is for another audience."
        case .claimsMismatch: "No sign-in rule accepts the token's claims."
        case .severalRules: "Several sign-in rules match."
        case .scopeRefused: "More scopes were asked for than the sign-in rule gives."
        case .keyRefused: "The sign-in rule's key is not in force for this caller."
        case .tokenReplayed: "The token was used before, and its sign-in rule takes each one once."
        case .keysUnavailable: "The issuer's keys cannot be had at the moment."
        case .busy: "Sign-ins cannot be taken at the moment."
        }
    }

    /// What to do.
    package var fix: String {
        switch self {
        case .tokenMalformed, .tokenTooLong: "Send the identity token as the issuer gave it."
        case .algorithmRefused: "Have it signed with RS256, RS384, RS512, PS256, ES256, ES384, EdDSA or Ed25519."
        case .noRule: "Check the token's iss, and the rule's name, issuer and state."
        case .keyIDMissing: "Have the issuer put a kid into the header."
        case .keyUnknown: "Try again in a minute if the issuer has just changed its keys; else check the rule's keys."
        case .keyMismatch, .signatureInvalid: "Check that the token is the issuer's, and the rule's keys."
        case .tokenExpired, .tokenTooOld, .tokenReplayed: "Get a new token from the issuer."
        case .tokenNotYetValid: "Check the clocks of both sides."
        case .audienceMismatch: "Ask the issuer for a token with the rule's audience."
        case .claimsMismatch: "Compare the token's claims with the rule's."
        case .severalRules: "Name one in the parameter rule."
        case .scopeRefused: "Ask for fewer scopes, or leave scope out."
        case .keyRefused: "Look at the key: its state, its end, and the addresses it may be used from."
        case .keysUnavailable, .busy: "Try again shortly."
        }
    }
}
