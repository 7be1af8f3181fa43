// SPDX-License-Identifier: Apache-2.0
import Access
import HTTPTypes
import Offboarding
import Shapes
import Wire

/// `POST /v1/offboardings`. With `dry_run` nothing is begun.
func startOffboarding(_ call: Call) async throws -> Answer {
    let fields = try call.fields(
        "subject", "deadline", "reason", "dry_run", "keys", "transfer", "assignee", "erase_after")
    let subject = try fields.required("subject", .owner)
    let deadline = try fields.optional("deadline", .deadline(from: call.now)) ?? call.now + .seconds(86_400)
    var terms = OffboardingTerms()
    terms.reason = try fields.nullable("reason", .note)
    terms.keys = try fields.optional("keys", Shape<OffboardingTerms.KeyEnd>.word) ?? .revoke
    terms.transfer = try fields.nullable("transfer", .keyTransfer)
    terms.assignee = try fields.nullable("assignee", .id("a user"))
    terms.eraseAfter = try fields.nullable("erase_after", .lengthOrNone)
    if try fields.optional("dry_run", .bool) ?? false {
        let (preview, items) = try await call.ports.offboardings.preview(
            by: call.caller, of: subject, terms, deadline: deadline, limit: Offboarding.shownAtOnce, at: call.now)
        return .json { writer in
            writer.object { writer in
                writer.member("dry_run", true)
                writer.members(of: preview, state: "planned")
                writer.items(items.map { ($0, nil) }, of: preview, next: nil, at: call.now)
            }
        }
    }
    let begun = try await call.ports.offboardings.start(
        by: call.caller, of: subject, terms, deadline: deadline, at: call.now)
    var answer = try await call.answer(begun)
    answer.status = .created
    answer.fields[.location] = "/v1/offboardings/\(begun.id)"
    return answer
}

/// `POST /v1/offboardings/{id}/cancel`.
func cancelOffboarding(_ call: Call) async throws -> Answer {
    let reason = try call.optionalFields("reason").nullable("reason", .note)
    return try await call.answer(
        try await call.ports.offboardings.cancel(
            by: call.caller, call.id("offboarding"), reason: reason, at: call.now))
}

extension Offboarding {
    /// So many items are shown with an offboarding.
    static var shownAtOnce: Int { 200 }
}

extension Shape where Value == OwnerID {
    /// An owner by its id alone.
    fileprivate static var ownerID: Shape {
        parsed("This is not the id of an owner.", fix: "Send acc_…, app_… or usr_….") { OwnerID($0) }
    }
}

extension Shape where Value == OffboardingTerms.Transfer {
    /// `{to, keys}`.
    fileprivate static var keyTransfer: Shape {
        Shape { json, pointer throws(FieldFault) in
            let fields = try Fields(json, at: pointer, ["to", "keys"])
            return OffboardingTerms.Transfer(
                to: try fields.required("to", .ownerID),
                keys: try fields.required("keys", Shape<KeyID>.id("a key").list(1...100)))
        }
    }
}
