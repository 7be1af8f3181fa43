// SPDX-License-Identifier: Apache-2.0
import Access
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
        case .pause(let id): self.init("POST", "integrations/\(id)/pause", nil)
        case .boundLifetime(let id, let length):
            self.init("PATCH", "keyspaces/\(id)", ["max_lifetime": .string(length.description)])
        }
    }

    private init(_ method: String, _ path: String, _ body: JSON?) {
        self.method = method
        self.path = "/v1/" + path
        self.body = body
    }
}

extension JSONWriter {
    /// A finding as it is shown.
    mutating func members(of finding: HygieneFinding) {
        member("kind", finding.kind.rawValue)
        text("subject", finding.subject)
        member("name", finding.name)
        text("account", finding.account)
        text("since", finding.since)
        member("weight", finding.kind.weight)
        member("detail", finding.detail)
        key("fix")
        guard let call = finding.fix.map(FixCall.init) else { return null() }
        object { writer in
            writer.member("method", call.method)
            writer.member("path", call.path)
            writer.key("body")
            if let body = call.body { writer.raw(body.text.utf8) } else { writer.null() }
        }
    }
}
