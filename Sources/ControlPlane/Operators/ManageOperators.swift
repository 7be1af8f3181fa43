// SPDX-License-Identifier: Apache-2.0
import Access
import IssuedKeys
import Secrets
import Shapes
import Wire

/// `POST /v1/operators`. Like `POST /v1/keys` an answer that holds a secret, and kept the same way.
func addOperator(_ call: Call) async throws -> Answer {
    let fields = try call.fields("name", "email", "role", "accounts")
    let draft = OperatorDraft(
        name: try fields.required("name", .name), email: try fields.nullable("email", .email),
        role: try fields.required("role", Shape<OperatorRole>.word),
        accounts: try fields.optional("accounts", Shape<AccountID>.id("an account").list(0...100)) ?? [])
    let answer = { @Sendable (added: AddedOperator) in
        Answer.made(at: "/v1/users/\(added.person.user)", revision: 1) { writer in
            writer.members(of: added.person)
            writer.key("secret")
            added.issued.secret.revealing { writer.string($0) }
        }
    }
    return try await call.making(answer) {
        try await call.ports.operators.add(by: call.caller, draft, at: call.now, keeping: $0)
    }
}

/// `GET /v1/operators`.
func listOperators(_ call: Call) async throws -> Answer {
    let position = try ListPosition("operators", call.query)
    let found = try await call.ports.operators.list(by: call.caller, position.page, at: call.now)
    return .page(found.items, next: position.cursor(after: found.next)) { $0.members(of: $1) }
}

/// `POST /v1/operators/{id}/remove`.
func removeOperator(_ call: Call) async throws -> Answer {
    _ = try call.optionalFields()
    let removed = try await call.ports.operators.remove(by: call.caller, call.id("operator"), at: call.now)
    return .json { writer in writer.object { $0.members(of: removed) } }
}

extension JSONWriter {
    /// An operator as they are shown.
    fileprivate mutating func members(of person: Operator) {
        text("id", person.user)
        member("name", person.name)
        member("email", person.email)
        member("role", person.role.rawValue)
        member("accounts", person.accounts.map(\.description))
        text("key", person.key)
        text("created_at", person.createdAt)
        text("removed_at", person.removedAt)
    }
}
