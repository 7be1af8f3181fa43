// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import IssuedKeys
internal import Metering
internal import Tokens
internal import Wire

/// `POST /oauth/token`: a key, or a token that was traded for one, against a shorter and narrower token.
///
/// Two grants: token exchange (RFC 8693), and client credentials (RFC 6749, section 4.4) where the client's secret is
/// the key. Who shows the key needs nothing else. Beside the RFCs' parameters it takes `expires_in`, in seconds.
extension OAuth {
    private static let exchangeGrant = "urn:ietf:params:oauth:grant-type:token-exchange"
    static let accessToken = "urn:ietf:params:oauth:token-type:access_token"
    static let jwt = "urn:ietf:params:oauth:token-type:jwt"

    func exchange(_ form: Form, _ head: borrowing RequestHead, _ bytes: Span<UInt8>) throws(OAuthFault) -> Outcome {
        try Self.checkLengths(form)
        let wishes = try Wishes(form)
        switch form.text("grant_type") {
        case nil: throw .missing("grant_type")
        case Self.exchangeGrant:
            if isIdentity(form) { return try signIn(form, wishes) }
            let text = try Self.subject(form)
            return .answer(try trade(text, wishes, isClient: false))
        case "client_credentials":
            guard let text = try Self.clientKey(form, head, bytes) else {
                throw OAuthFault(CallerRefusal(problem: .keyMissing))
            }
            return .answer(try trade(text, wishes, isClient: true))
        default:
            throw OAuthFault(
                code: "unsupported_grant_type", description: "There is no such grant here.",
                fix: "Use \(Self.exchangeGrant) or client_credentials.")
        }
    }

    /// What a token is to be like.
    struct Wishes {
        let scopes: ScopeSet?
        let audience: String?
        let life: Length?
        /// The type the caller wants to hear.
        let issuedType: String

        init(_ form: Form) throws(OAuthFault) {
            scopes = try form.text("scope").map { text throws(OAuthFault) in try Self.scopes(text) }
            let named = [form.text("audience"), form.text("resource")].compactMap { $0 }
            guard Set(named).count <= 1 else {
                throw OAuthFault(
                    code: "invalid_target", description: "A token has one audience.",
                    fix: "Give either audience or resource.")
            }
            audience = named.first
            life = try form.text("expires_in").map { text throws(OAuthFault) in
                guard let seconds = Int64(text), (1...31_536_000).contains(seconds) else {
                    throw .invalid("expires_in", fix: "Give whole seconds, at least 1.")
                }
                return .seconds(seconds)
            }
            issuedType = form.text("requested_token_type") ?? OAuth.accessToken
            guard [OAuth.accessToken, OAuth.jwt].contains(issuedType) else {
                throw .invalid("requested_token_type", fix: "Ask for \(OAuth.accessToken), or leave it out.")
            }
            guard form["actor_token"] == nil else {
                throw .invalid("actor_token", fix: "Leave it out: nobody acts for another here.")
            }
        }

        private static func scopes(_ text: String) throws(OAuthFault) -> ScopeSet {
            let words = text.split(separator: " ")
            let scopes = words.compactMap { Scope($0) }
            guard scopes.count == words.count, (1...100).contains(words.count) else {
                throw OAuthFault(
                    code: "invalid_scope", description: "The scopes cannot be read.",
                    fix: "Write them as resource:action, with a space between them.")
            }
            return ScopeSet(scopes)
        }
    }

    private static func subject(_ form: Form) throws(OAuthFault) -> [UInt8] {
        guard let text = form["subject_token"] else { throw .missing("subject_token") }
        guard let type = form.text("subject_token_type") else { throw .missing("subject_token_type") }
        guard [accessToken, jwt].contains(type) else {
            throw .invalid(
                "subject_token_type",
                fix: "A key or token of ours is \(accessToken), an identity of an issuer \(idToken).")
        }
        return text
    }

    private func trade(_ text: [UInt8], _ wishes: Wishes, isClient: Bool) throws(OAuthFault) -> WrittenAnswer {
        var question = Question(key: 0..<text.count)
        question.address = address
        question.isTrade = true
        var made: Result<TokenClaims, TokenTerms.Refusal>?
        let known = state.tokens.known(text.span, at: now.at)
        let sight = try look(at: text, question, in: text) { contents, key in
            made = claims(contents, key, known?.token, wishes)
        }
        guard sight.verdict.code == .valid, let made else { throw Self.refusing(sight.verdict, isClient: isClient) }
        switch made {
        case .failure(let refusal): throw OAuthFault(refusal)
        case .success(let claims):
            guard let token = state.tokens.mint.sign(claims, .access) else { throw .unavailable }
            return Self.answer(token, claims, wishes, at: now.at)
        }
    }

    private func claims(
        _ contents: borrowing KeyIndex.Contents, _ key: KeyPosition, _ token: ShownToken?, _ wishes: Wishes
    ) -> Result<TokenClaims, TokenTerms.Refusal> {
        let portrait = contents.portrait(key)
        let shown = TokenTerms.Shown(
            scopes: contents.scopes(of: key, by: token), audiences: [contents.keyspaceName(of: key)],
            end: min(portrait.expiresAt, portrait.graceExpiresAt, token?.expiresAt ?? .distantFuture))
        do throws(TokenTerms.Refusal) {
            let terms = try TokenTerms(
                shown, scopes: wishes.scopes, audience: wishes.audience, life: wishes.life, at: now.at)
            var random = SystemRandomNumberGenerator()
            return .success(
                contents.claims(
                    of: key, scopes: terms.scopes, issuer: state.tokens.mint.issuer,
                    id: TokenID(at: now.at, using: &random), at: now.at, until: terms.expiresAt,
                    audience: terms.audience))
        } catch {
            return .failure(error)
        }
    }

    /// RFC 8693, section 2.2.2: what cannot be traded makes the request invalid. A client is told so as a client.
    private static func refusing(_ verdict: Verdict, isClient: Bool) -> OAuthFault {
        let problem = verdict == .valid(.none) ? Problem.keyMissing : Problem.refusing(verdict)
        if isClient { return OAuthFault(CallerRefusal(problem: problem)) }
        return OAuthFault(code: "invalid_request", description: problem.detail, fix: problem.fix)
    }

    static func answer(
        _ token: [UInt8], _ claims: TokenClaims, _ wishes: Wishes, at now: Instant
    ) -> WrittenAnswer {
        var writer = JSONWriter()
        writer.object { writer in
            writer.member("access_token", String(decoding: token, as: UTF8.self))
            writer.member("issued_token_type", wishes.issuedType)
            writer.member("token_type", "Bearer")
            writer.member("expires_in", claims.expiresAt.milliseconds / 1000 - now.milliseconds / 1000)
            writer.member("scope", claims.scopes.description)
        }
        var answer = WrittenAnswer(body: writer.bytes)
        answer.fields.append(("Pragma", "no-cache"))
        return answer
    }
}
