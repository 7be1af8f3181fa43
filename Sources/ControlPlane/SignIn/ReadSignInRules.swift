// SPDX-License-Identifier: Apache-2.0
import Access
import Tokens

/// `GET /v1/sign-in-rules`.
func listSignInRules(_ call: Call) async throws -> Answer {
    var filter = SignInRuleFilter()
    filter.account = try call.query.id("account", "an account")
    filter.key = try call.query.id("key", "a key")
    filter.issuer = try call.query.text("issuer", 1...IssuerURL.longest)
    filter.state = try call.query.value("state", "`active` or `disabled`") { SignInRule.State(rawValue: $0) }
    let position = try ListPosition("sign-in-rules", call.query)
    let found = try await call.ports.signInRules.list(by: call.caller, filter, position.page, at: call.now)
    return .page(found.items, next: position.cursor(after: found.next)) { $0.members(of: $1) }
}

/// `GET /v1/sign-in-rules/{id}`.
func readSignInRule(_ call: Call) async throws -> Answer {
    .signInRule(try await call.ports.signInRules.find(by: call.caller, call.id("sign-in rule"), at: call.now))
}
