// SPDX-License-Identifier: Apache-2.0
import Access
import HeldKeys
import Shapes
import Wire

/// `POST /v1/credentials/{id}/rotations`. With `dry_run` nothing is begun.
func startRotation(_ call: Call) async throws -> Answer {
    let names = ["kind", "reason", "former_key", "dry_run"] + rotationTermNames
    let fields = try Fields(
        call.body.isEmpty ? .object([]) : try JSON.parse(call.body), at: "", names)
    let draft = try fields.rotationDraft(at: call.now)
    let id: CredentialID = try call.id("credential")
    if try fields.optional("dry_run", .bool) ?? false {
        return .planned(try await call.ports.rotations.plan(by: call.caller, of: id, draft, at: call.now))
    }
    let answer = { @Sendable (rotation: Rotation) in
        Answer.made(at: "/v1/rotations/\(rotation.id)", revision: rotation.revision) { writer in
            writer.text("id", rotation.id)
            writer.text("credential", rotation.credential)
            writer.text("account", rotation.account)
            writer.member("provider", rotation.provider)
            writer.member("kind", rotation.kind.rawValue)
            writer.member("reason", rotation.reason.rawValue)
            writer.member("stage", rotation.stage.rawValue)
            writer.members(of: rotation.terms)
            writer.text("started_at", rotation.startedAt)
        }
    }
    return try await call.making(answer) {
        try await call.ports.rotations.start(by: call.caller, of: id, draft, at: call.now, keeping: $0)
    }
}

extension Answer {
    /// What would be asked of the provider, with names in the place of values.
    fileprivate static func planned(_ plan: RotationPlan) -> Answer {
        .json { writer in
            writer.object { writer in
                writer.member("dry_run", true)
                writer.text("credential", plan.rotation.credential)
                writer.member("provider", plan.rotation.provider)
                writer.member("kind", plan.rotation.kind.rawValue)
                writer.key("requests")
                writer.array { writer in
                    for request in plan.requests { writer.object { $0.members(of: request) } }
                }
                writer.key("tasks")
                writer.array { writer in
                    for task in plan.tasks {
                        writer.object { writer in
                            writer.member("do", task.rawValue)
                            writer.member("words", task.words)
                        }
                    }
                }
                writer.key("holders")
                writer.array { writer in
                    for holder in plan.holders { writer.object { $0.members(of: holder) } }
                }
                writer.members(of: plan.rotation.terms)
            }
        }
    }
}

extension JSONWriter {
    fileprivate mutating func members(of request: PlannedRequest) {
        member("step", request.step)
        member("method", request.method)
        member("url", request.url)
        member("body", request.body)
        text("with", request.with)
    }
}
