// SPDX-License-Identifier: Apache-2.0
import Access
import HeldKeys
import IssuedKeys
import Wire

/// A fix as the management call that it is.
struct FixCall: Sendable {
    let method: String
    let path: String
    /// Nil where the call has no body.
    let body: JSON?

    init(_ fix: HygieneFix) {
        switch fix {
        case .revoke(let id): self.init("POST", "keys/\(id)/revoke", ["reason": "unused"])
        case .disable(let id): self.init("POST", "keys/\(id)/disable", nil)
        case .expire(let id, let moment): self.init("PATCH", "keys/\(id)", ["expires_at": .string(moment.description)])
        case .narrow(let id, let scopes):
            self.init("PATCH", "keys/\(id)", ["scopes": .array(scopes.scopes.map { .string($0.description) })])
        case .rotate(let id, let grace): self.init("POST", "keys/\(id)/rotate", ["grace": .string(grace.description)])
        case .extendGrace(let id, let grace):
            self.init("POST", "keys/\(id)/retire", ["grace": .string(grace.description)])
        case .boundLifetime(let id, let length):
            self.init("PATCH", "keyspaces/\(id)", ["max_lifetime": .string(length.description)])
        }
    }

    init(_ fix: HeldFix) {
        switch fix {
        case .pause(let id): self.init("POST", "integrations/\(id)/pause", nil)
        case .delete(let id):
            self.init(
                "POST", "credentials/\(id)/delete", ["recover_within": .string(HeldHygieneTerms.recovery.description)])
        case .narrow(let id, let rules):
            var writer = JSONWriter()
            writer.object { $0.member("allow", rules) }
            self.init("PATCH", "integrations/\(id)", try? JSON.parse(writer.bytes))
        }
    }

    private init(_ method: String, _ path: String, _ body: JSON?) {
        self.method = method
        self.path = "/v1/" + path
        self.body = body
    }
}
