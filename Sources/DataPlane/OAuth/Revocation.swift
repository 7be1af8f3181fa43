// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import IssuedKeys
internal import Metering
internal import Tokens

/// `POST /oauth/revoke` (RFC 7009). Whoever holds a key or a token may end it, with nothing else to show: to a thief that
/// would be worth nothing, and whoever finds a leaked key can end the leak.
///
/// 200 also for what is not known or has ended already. With a retiring secret only that secret ends.
extension OAuth {
    func revoke(_ form: Form) throws(OAuthFault) -> Outcome {
        guard let text = form["token"] else { throw .missing("token") }
        if let hint = form.text("token_type_hint"), hint == "refresh_token" {
            throw OAuthFault(
                code: "unsupported_token_type", description: "There are no refresh tokens here.",
                fix: "Send a key or an access token.")
        }
        var question = Question(key: 0..<text.count)
        question.isTrade = true
        question.address = address
        var held: HeldKey?
        let sight = try look(at: text, question, in: text) { contents, key in
            let portrait = contents.portrait(key)
            held = HeldKey(
                id: portrait.id, account: portrait.account, isRetiring: portrait.isRetiring, address: address)
        }
        let ports = state.oauth
        if let claims = sight.token?.claims {
            guard sight.verdict.code != .revoked, claims.expiresAt > now.at else { return .answer(Self.done) }
            return .work { [address] in Self.answer(await ports.revokeToken(claims, address)) }
        }
        guard let held, sight.verdict.code != .revoked, sight.verdict.code != .expired else {
            return .answer(Self.done)
        }
        return .work { Self.answer(await ports.revokeKey(held)) }
    }

    private static let done = WrittenAnswer(body: Array("{}".utf8))

    private static func answer(_ outcome: RevocationOutcome) -> WrittenAnswer {
        switch outcome {
        case .done: done
        case .unavailable: OAuthFault.unavailable.answer
        case .refused(let detail, let fix):
            OAuthFault(code: "invalid_request", description: detail, fix: fix).answer
        }
    }
}
