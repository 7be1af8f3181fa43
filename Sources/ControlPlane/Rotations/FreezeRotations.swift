// SPDX-License-Identifier: Apache-2.0
import Access
import HeldKeys
import Shapes
import Wire

/// `GET /v1/rotation-freezes`.
func listFreezes(_ call: Call) async throws -> Answer {
    .page(try await call.ports.rotations.freezes(by: call.caller, at: call.now), next: nil) { $0.members(of: $1) }
}

/// `POST /v1/rotation-freezes`.
func freezeRotations(_ call: Call) async throws -> Answer {
    let fields = try call.fields("subject", "reason", "until")
    let freeze = try await call.ports.rotations.freeze(
        by: call.caller, try fields.optional("subject", .freezeSubject) ?? .everything,
        reason: try fields.required("reason", .note), until: try fields.nullable("until", .deadline(from: call.now)),
        at: call.now)
    return .json { writer in writer.object { $0.members(of: freeze) } }
}

/// `POST /v1/rotation-freezes/thaw`.
func thawRotations(_ call: Call) async throws -> Answer {
    let subject = try call.optionalFields("subject").optional("subject", .freezeSubject) ?? .everything
    try await call.ports.rotations.thaw(by: call.caller, subject, at: call.now)
    return .json { writer in writer.object { $0.member("thawed", subject.description) } }
}

extension Shape where Value == RotationFreeze.Subject {
    fileprivate static var freezeSubject: Shape {
        parsed(
            "This is nothing that can be frozen.",
            fix: "Send *, the id of an account, or provider: and a provider's name."
        ) { RotationFreeze.Subject($0) }
    }
}

extension JSONWriter {
    fileprivate mutating func members(of freeze: RotationFreeze) {
        member("subject", freeze.subject.description)
        member("reason", freeze.reason)
        member("by", freeze.by)
        text("at", freeze.at)
        text("until", freeze.until)
    }
}
