// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import IssuedKeys
internal import Metering
internal import Tokens
internal import Wire

/// `POST /oauth/introspect` (RFC 7662): is this key or token good? The caller shows a management key with `keys:verify`.
///
/// What is not good is `{"active":false}` and nothing else. Beside the RFC's parameters it takes `method`, `path` and
/// `address` of the call: a key that is restricted in one of them is not active where it is not known.
extension OAuth {
    func introspect(
        _ form: Form, _ head: borrowing RequestHead, _ bytes: Span<UInt8>
    ) throws(OAuthFault) -> WrittenAnswer {
        guard let shown = try Self.clientKey(form, head, bytes) else {
            throw OAuthFault(CallerRefusal(problem: .keyMissing))
        }
        let callers = VerifyingCaller(
            index: state.index, lane: state.lane, gate: state.gate, tokens: state.tokens)
        let caller: KeyPosition
        do {
            caller = try callers.judge(0..<shown.count, shown.span, peer, at: now)
        } catch {
            throw OAuthFault(error)
        }
        guard let text = form["token"] else { throw .missing("token") }
        var whole = text
        var question = Question(key: 0..<text.count)
        question.viewer = caller
        question.method = form["method"].map { whole.adding($0) }
        question.path = form["path"].map { whole.adding(Array($0.prefix { $0 != 0x3F })) }
        if let address = form.text("address") {
            guard let read = IPAddress(address) else {
                throw .invalid("address", fix: "Give an IPv4 or IPv6 address.")
            }
            question.address = read
        }
        var writer = JSONWriter()
        let sight = try look(at: text, question, in: whole) { contents, key in
            writer.active(contents, key, nil, issuer: state.tokens.mint.issuer)
        }
        guard sight.verdict.code == .valid else { return WrittenAnswer(body: Array(#"{"active":false}"#.utf8)) }
        guard let token = sight.token else { return WrittenAnswer(body: writer.bytes) }
        return WrittenAnswer(body: active(token))
    }

    /// The same for a token, whose members come from itself and whose scopes are what its key still holds of them.
    private func active(_ known: TokenReader.Known) -> [UInt8] {
        var writer = JSONWriter()
        state.index.reading(lane: state.lane) { contents, _ in
            guard let key = contents.position(of: known.token) else { return }
            writer.active(contents, key, known, issuer: known.claims.issuer)
        }
        return writer.bytes.isEmpty ? Array(#"{"active":false}"#.utf8) : writer.bytes
    }
}

extension JSONWriter {
    fileprivate mutating func active(
        _ contents: borrowing KeyIndex.Contents, _ key: KeyPosition, _ known: TokenReader.Known?, issuer: String
    ) {
        let portrait = contents.portrait(key)
        let scopes = contents.scopes(of: key, by: known?.token)
        let keyspace = contents.keyspaceName(of: key)
        let environment = contents.environment(of: key)
        let end = min(portrait.expiresAt, portrait.graceExpiresAt, known?.claims.expiresAt ?? .distantFuture)
        object { writer in
            writer.member("active", true)
            writer.member("scope", scopes.description)
            writer.member("client_id", portrait.id.description)
            writer.member("token_type", "Bearer")
            if end != .distantFuture { writer.member("exp", end.milliseconds / 1000) }
            if let claims = known?.claims { writer.member("iat", claims.issuedAt.milliseconds / 1000) }
            writer.member("sub", portrait.owner.description)
            writer.member("aud", known?.claims.audience ?? keyspace)
            writer.member("iss", issuer)
            if let claims = known?.claims { writer.member("jti", claims.id.description) }
            writer.member("account", portrait.account.description)
            writer.member("keyspace", keyspace)
            writer.member("environment", environment)
        }
    }
}

extension [UInt8] {
    /// Appends, and says where that stands.
    fileprivate mutating func adding(_ more: [UInt8]) -> Range<Int> {
        let start = count
        append(contentsOf: more)
        return start..<count
    }
}
