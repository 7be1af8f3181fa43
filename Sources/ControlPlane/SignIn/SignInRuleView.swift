// SPDX-License-Identifier: Apache-2.0
import Access
import Tokens
import Wire

extension JSONWriter {
    /// A sign-in rule as it is shown. Nothing in it is secret.
    mutating func members(of rule: SignInRule) {
        text("id", rule.id)
        member("name", rule.name)
        text("account", rule.account)
        text("key", rule.key)
        member("issuer", rule.issuer)
        member("audience", rule.audience)
        key("claims")
        object { writer in
            for condition in rule.claims { writer.member(condition.claim, condition.patterns.map(\.text)) }
        }
        key("scopes")
        if let scopes = rule.scopes {
            array { writer in for scope in scopes.scopes { writer.string(scope.description) } }
        } else {
            null()
        }
        text("lifetime", rule.lifetime)
        member("replay", rule.replay.rawValue)
        members(of: rule.keys)
        member("state", rule.state.rawValue)
        text("created_at", rule.createdAt)
        text("updated_at", rule.updatedAt)
    }

    private mutating func members(of keys: KeyPlace) {
        var (address, pinned): (String?, String?) = (nil, nil)
        switch keys.way {
        case .discovery: break
        case .address(let url): address = url
        case .pinned(let text): pinned = text
        }
        member("jwks_uri", address)
        member("jwks", json: pinned ?? "null")
        member("ca", keys.certificateAuthorities)
    }
}

extension Answer {
    static func signInRule(_ rule: SignInRule) -> Answer {
        one(revision: rule.revision) { $0.members(of: rule) }
    }
}
