// SPDX-License-Identifier: Apache-2.0
import Shapes
import Tokens

/// `PATCH /v1/sign-in-rules/{id}`.
func changeSignInRule(_ call: Call) async throws -> Answer {
    let fields = try call.fields(
        "name", "audience", "claims", "scopes", "lifetime", "replay", "jwks_uri", "jwks", "ca")
    let patch = try SignInRulePatch(fields)
    let changed = try await call.ports.signInRules.change(
        by: call.caller, call.id("sign-in rule"), patch, ifRevision: call.expectedRevision(), at: call.now)
    return .signInRule(changed)
}
