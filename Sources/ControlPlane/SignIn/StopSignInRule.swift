// SPDX-License-Identifier: Apache-2.0
import Tokens

/// `POST /v1/sign-in-rules/{id}/disable`.
func disableSignInRule(_ call: Call) async throws -> Answer {
    _ = try call.optionalFields()
    return .signInRule(
        try await call.ports.signInRules.disable(by: call.caller, call.id("sign-in rule"), at: call.now))
}

/// `POST /v1/sign-in-rules/{id}/enable`.
func enableSignInRule(_ call: Call) async throws -> Answer {
    _ = try call.optionalFields()
    return .signInRule(try await call.ports.signInRules.enable(by: call.caller, call.id("sign-in rule"), at: call.now))
}

/// `POST /v1/sign-in-rules/{id}/remove`. Answers with the rule as it was; it is not found any more.
func removeSignInRule(_ call: Call) async throws -> Answer {
    _ = try call.optionalFields()
    return .signInRule(
        try await call.ports.signInRules.remove(
            by: call.caller, call.id("sign-in rule"), ifRevision: call.expectedRevision(), at: call.now))
}
