// SPDX-License-Identifier: Apache-2.0
package import Access
package import Secrets
internal import Wire

/// What is written down of a machine that signed in.
package struct SignInRecord: Sendable {
    package let rule: SignInRuleID
    package let key: KeyID
    package let account: AccountID
    /// What the trail says: as whom, under which rule, and what the issuer said of it where the rule asked.
    package let details: [Event.Detail]
    /// For a rule that takes each token once: what tells it from others, and until when to remember that.
    package let used: Used?
    package let address: String?
    package let now: Instant

    /// An identity that counts once.
    package struct Used: Equatable, Sendable {
        package let mark: Digest
        package let until: Instant
    }

    init(_ grant: SignInGrant, _ token: ForeignToken, _ rule: SignInRule, _ attempt: SignInAttempt) {
        self.rule = rule.id
        key = rule.key
        account = rule.account
        used = rule.replay == .refused ? Used(mark: token.mark, until: token.claims.end) : nil
        address = attempt.address?.description
        now = attempt.now
        var details: [Event.Detail] = [
            .init("rule", rule.name), .init("issuer", rule.issuer),
            .init("until", grant.end.description),
        ]
        if let scopes = grant.scopes { details.append(.init("scopes", scopes.description)) }
        if let subject = token.claims.all["sub"]?.asString { details.append(.init("sub", Self.shown(subject))) }
        for condition in rule.claims where condition.claim != "sub" {
            guard let value = condition.fitting(token.claims.all) else { continue }
            details.append(.init("claim \(condition.claim)", Self.shown(value)))
        }
        self.details = details
    }

    /// What an issuer wrote, short and printable.
    private static func shown(_ text: String) -> String {
        let scalars = text.unicodeScalars.prefix(200).map { scalar in
            scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value) ? "\u{FFFD}" : scalar
        }
        return String(String.UnicodeScalarView(scalars))
    }
}

/// A refused attempt whose issuer has rules.
package struct RefusedSignIn: Hashable, Sendable {
    package let issuer: String
    /// The rule it was about, where there was only one.
    package let rule: SignInRuleID?
    /// That rule's key.
    package let key: KeyID?
    package let account: AccountID?
    package let refusal: SignInRefusal

    /// A refusal.
    package init(issuer: String, rule: SignInRule?, refusal: SignInRefusal) {
        self.issuer = issuer
        self.rule = rule?.id
        key = rule?.key
        account = rule?.account
        self.refusal = refusal
    }
}
