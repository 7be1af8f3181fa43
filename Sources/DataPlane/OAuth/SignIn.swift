// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import Egress
internal import IssuedKeys
internal import Metering
internal import NIOCore
internal import Secrets
internal import Synchronization
internal import Tokens
internal import Wire

/// `POST /oauth/token` with an identity that was made elsewhere: a machine signs in under a rule. Beside RFC 8693's
/// parameters it takes `rule`, the name or id of one.
extension OAuth {
    static let idToken = "urn:ietf:params:oauth:token-type:id_token"

    /// Whether a JWT is shown that is none of ours.
    func isIdentity(_ form: Form) -> Bool {
        guard let type = form.text("subject_token_type"), let text = form["subject_token"] else { return false }
        if type == Self.idToken { return true }
        return type == Self.jwt && text.starts(with: "eyJ".utf8) && state.tokens.known(text.span, at: now.at) == nil
    }

    /// Bounds hold whatever the grant does with a parameter.
    static func checkLengths(_ form: Form) throws(OAuthFault) {
        guard form["subject_token"]?.count ?? 0 <= 16_384 else { throw OAuthFault(SignInRefusal.tokenTooLong) }
        guard form["client_secret"]?.count ?? 0 <= 8192 else {
            throw .invalid("client_secret", fix: "Send a key or token of at most 8192 bytes.")
        }
        guard form["rule"]?.count ?? 0 <= 64, form["rule"] == nil || form.text("rule") != nil else {
            throw .invalid("rule", fix: "Give the name or id of a sign-in rule, or leave it out.")
        }
    }

    /// Asks for a decision, which may take as long as the issuer does, and makes the token.
    func signIn(_ form: Form, _ wishes: Wishes) throws(OAuthFault) -> Outcome {
        let text = form["subject_token"] ?? []
        let rule = form.text("rule")
        guard state.gate.admits(text.span, from: address, tick: now.tick) else {
            throw OAuthFault(CallerRefusal(problem: state.gate.problem))
        }
        let attempt = SignInAttempt(token: text, rule: rule, scopes: wishes.scopes, address: address, now: now.at)
        let maker = TokenMaker(
            index: state.index, lane: state.lane, mint: state.tokens.mint, address: address, now: now)
        let signIn = state.oauth.signIn
        let place = NIOLoopBound(state, eventLoop: state.pool.loop)
        let (address, tick) = (address, now.tick)
        return .work {
            let made = Mutex<Result<TokenClaims, OAuthFault>?>(nil)
            let outcome = await signIn(attempt) { grant in
                let claims = maker.claims(grant, wishes)
                made.withLock { $0 = claims }
                return (try? claims.get()) != nil
            }
            if case .refused(let refusal) = outcome, refusal.isBadToken {
                place.eventLoop.execute {
                    place.value.gate.note(.malformed, text.span, from: address, tick: tick)
                }
            }
            return Self.answer(outcome, made.withLock { $0 }, maker.mint, wishes, at: attempt.now)
        }
    }

    private static func answer(
        _ outcome: SignInOutcome, _ made: Result<TokenClaims, OAuthFault>?, _ mint: Mint, _ wishes: Wishes,
        at now: Instant
    ) -> WrittenAnswer {
        switch (outcome, made) {
        case (.refused(.keyRefused), .failure(let fault)): return fault.answer
        case (.refused(let refusal), _): return OAuthFault(refusal).answer
        case (.granted, .success(let claims)):
            guard let token = mint.sign(claims, .access) else { return OAuthFault.unavailable.answer }
            return answer(token, claims, wishes, at: now)
        case (.granted, _): return OAuthFault.unavailable.answer
        }
    }
}

/// Makes tokens for machines that sign in. Used from any thread: the index has a lock for each lane.
private struct TokenMaker: Sendable {
    let index: KeyIndex
    let lane: Int
    let mint: Mint
    let address: IPAddress?
    let now: Moment

    /// What the token says; a fault when the key is not in force, may not be shown from here, or has not what is asked.
    func claims(_ grant: SignInGrant, _ wishes: OAuth.Wishes) -> Result<TokenClaims, OAuthFault> {
        let token = ShownToken(
            key: grant.key, secret: grant.secret.words.0, scopes: grant.scopes ?? ScopeSet([.of("*", "*")]),
            expiresAt: grant.end)
        var question = Question(key: 0..<0)
        question.token = token
        question.address = address
        question.isTrade = true
        let message: [UInt8] = []
        return index.reading(lane: lane) { contents, use in
            let verdict = contents.verdict(on: question, in: message.span, at: now.at)
            use.record(verdict, of: question, in: message.span, at: now.at)
            guard case .valid(let key) = verdict else { return .failure(OAuthFault(SignInRefusal.keyRefused)) }
            do throws(TokenTerms.Refusal) {
                return .success(try claims(contents, key, token, wishes))
            } catch {
                return .failure(OAuthFault(error))
            }
        }
    }

    private func claims(
        _ contents: borrowing KeyIndex.Contents, _ key: KeyPosition, _ token: ShownToken, _ wishes: OAuth.Wishes
    ) throws(TokenTerms.Refusal) -> TokenClaims {
        let end = min(contents.portrait(key).expiresAt, token.expiresAt)
        let shown = TokenTerms.Shown(
            scopes: contents.scopes(of: key, by: token), audiences: [contents.keyspaceName(of: key)], end: end)
        let life = wishes.life ?? Length(milliseconds: end.milliseconds - now.at.milliseconds)
        let terms = try TokenTerms(shown, scopes: wishes.scopes, audience: wishes.audience, life: life, at: now.at)
        var random = SystemRandomNumberGenerator()
        return contents.claims(
            of: key, scopes: terms.scopes, issuer: mint.issuer, id: TokenID(at: now.at, using: &random), at: now.at,
            until: terms.expiresAt, audience: terms.audience)
    }
}

extension SignInRefusal {
    /// Whether the token was no good whatever the rules: whoever shows many of those is slowed down.
    fileprivate var isBadToken: Bool {
        switch self {
        case .tokenMalformed, .tokenTooLong, .algorithmRefused, .noRule, .keyMismatch, .signatureInvalid: true
        case .keyIDMissing, .keyUnknown, .tokenExpired, .tokenNotYetValid, .tokenTooOld, .audienceMismatch,
            .claimsMismatch, .severalRules, .scopeRefused, .keyRefused, .tokenReplayed, .keysUnavailable, .busy:
            false
        }
    }
}

extension OAuthFault {
    fileprivate init(_ refusal: SignInRefusal) {
        self.init(
            status: refusal.isTemporary ? 503 : 400, code: refusal.oauthError, description: refusal.text,
            fix: refusal.fix, retryAfter: refusal.isTemporary ? 5 : nil)
        reason = refusal.rawValue
    }
}
