// SPDX-License-Identifier: Apache-2.0
internal import Tokens
internal import Wire

/// A refusal as OAuth writes it (RFC 6749, section 5.2), with our `fix` beside it.
struct OAuthFault: Error {
    var status = 400
    /// `invalid_request`, `invalid_scope`, ...
    let code: String
    let description: String
    let fix: String
    /// Says more exactly than `code` why a machine was not signed in; stable.
    var reason: String?
    var retryAfter: Int64?
    /// For a 401: what would be accepted.
    var challenge: String?

    /// The answer.
    var answer: WrittenAnswer {
        var writer = JSONWriter()
        writer.object { writer in
            writer.member("error", code)
            writer.member("error_description", description)
            writer.member("fix", fix)
            if let reason { writer.member("reason", reason) }
        }
        var answer = WrittenAnswer(status: status, body: writer.bytes)
        answer.fields.append(("Pragma", "no-cache"))
        if let challenge { answer.fields.append(("WWW-Authenticate", challenge)) }
        if let retryAfter { answer.fields.append(("Retry-After", String(retryAfter))) }
        return answer
    }

    static let notAForm = OAuthFault(
        status: 415, code: "invalid_request", description: "The body is not marked as a form.",
        fix: "Send Content-Type: application/x-www-form-urlencoded.")
    static let unreadable = OAuthFault(
        code: "invalid_request", description: "The form cannot be read, or names a parameter twice.",
        fix: "Encode each parameter once.")
    static let unavailable = OAuthFault(
        status: 503, code: "temporarily_unavailable", description: "This cannot be done at the moment.",
        fix: "Try again shortly.", retryAfter: 1)

    static func missing(_ name: String) -> OAuthFault {
        OAuthFault(code: "invalid_request", description: "The parameter \(name) is missing.", fix: "Send \(name).")
    }

    static func invalid(_ name: String, fix: String) -> OAuthFault {
        OAuthFault(code: "invalid_request", description: "The parameter \(name) is not as expected.", fix: fix)
    }

    /// A caller that is refused before its request is looked at.
    init(_ refusal: CallerRefusal) {
        let problem = refusal.problem
        self.init(
            status: problem.status, code: problem.status == 401 ? "invalid_client" : problem.code,
            description: problem.detail, fix: problem.fix, retryAfter: problem.retryAfter,
            challenge: problem.status == 401 ? "Bearer realm=\"bitting\", Basic realm=\"bitting\"" : nil)
    }

    /// What was asked is more than what was shown for it.
    init(_ refusal: TokenTerms.Refusal) {
        switch refusal {
        case .widerScopes:
            self.init(
                code: "invalid_scope", description: "The scopes asked for are wider than those of what is traded.",
                fix: "Ask for scopes that it holds, or leave scope out.")
        case .longerLife:
            self.init(
                code: "invalid_request",
                description: "The token would live longer than an hour or than what is traded.",
                fix: "Ask for a smaller expires_in, or leave it out.")
        case .otherAudience:
            self.init(
                code: "invalid_target", description: "What is traded is not for this audience.",
                fix: "Give the name of its keyspace as audience, or leave it out.")
        case .ended:
            self.init(
                code: "invalid_request", description: "What is traded ends right now.", fix: "Show one that lasts.")
        }
    }

    init(
        status: Int = 400, code: String, description: String, fix: String, retryAfter: Int64? = nil,
        challenge: String? = nil
    ) {
        self.status = status
        self.code = code
        self.description = description
        self.fix = fix
        self.retryAfter = retryAfter
        self.challenge = challenge
    }
}
