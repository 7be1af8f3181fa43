// SPDX-License-Identifier: Apache-2.0
import Access
import Shapes
import Tokens

/// `POST /v1/sign-in-rules`.
func createSignInRule(_ call: Call) async throws -> Answer {
    let fields = try call.fields(
        "name", "key", "issuer", "audience", "claims", "scopes", "lifetime", "replay", "jwks_uri", "jwks", "ca")
    var draft = SignInRuleDraft(
        name: try fields.required("name", .pathName), key: try fields.required("key", .id("a key")),
        issuer: try fields.required("issuer", .issuer), audience: try fields.required("audience", .text(1...256)),
        keys: try KeyPlace(fields))
    draft.claims = try fields.optional("claims", .claims) ?? []
    draft.scopes = try fields.nullable("scopes", .ruleScopes)
    draft.lifetime = try fields.optional("lifetime", .length) ?? SignInRule.usualLifetime
    draft.replay = try fields.optional("replay", Shape<SignInRule.Replay>.word) ?? .allowed
    let answer = { @Sendable (made: SignInRule) in
        Answer.made(at: "/v1/sign-in-rules/\(made.id)", revision: made.revision) { $0.members(of: made) }
    }
    return try await call.making(answer) { [draft] in
        try await call.ports.signInRules.create(by: call.caller, draft, at: call.now, keeping: $0)
    }
}

extension Shape where Value == ScopeSet {
    /// Scopes that a rule narrows to. None at all would make tokens that are good for nothing.
    static var ruleScopes: Shape { Shape<Scope>.scope.list(1...100).map { ScopeSet($0) } }
}

extension KeyPlace {
    /// From the fields `jwks_uri`, `jwks` and `ca`, which may all be absent.
    fileprivate init(_ fields: Fields) throws(FieldFault) {
        let address = try fields.nullable("jwks_uri", .keyAddress)
        let pinned = try fields.nullable("jwks", .keySet)
        let authorities = try fields.nullable("ca", .pem)
        switch (address, pinned) {
        case (nil, nil): self.init(.discovery, certificateAuthorities: authorities)
        case (let url?, nil): self.init(.address(url), certificateAuthorities: authorities)
        case (nil, let text?): self.init(.pinned(text), certificateAuthorities: authorities)
        case (_?, _?): throw .twoPlaces
        }
    }
}

extension FieldFault {
    fileprivate static let twoPlaces = FieldFault.value(
        "/jwks_uri", "Keys are either at an address or in the rule.", fix: "Send one of jwks_uri and jwks.")
}

extension SignInRulePatch {
    /// From the fields of a merge patch.
    init(_ fields: Fields) throws(FieldFault) {
        self.init()
        name = try fields.settable("name", .pathName)
        audience = try fields.settable("audience", .text(1...256))
        claims = try fields.settable("claims", .claims)
        scopes = try fields.clearable("scopes", .ruleScopes)
        lifetime = try fields.settable("lifetime", .length)
        replay = try fields.settable("replay", Shape<SignInRule.Replay>.word)
        address = try fields.clearable("jwks_uri", .keyAddress)
        pinned = try fields.clearable("jwks", .keySet)
        certificateAuthorities = try fields.clearable("ca", .pem)
        if case (.set, .set) = (address, pinned) { throw .twoPlaces }
    }
}
