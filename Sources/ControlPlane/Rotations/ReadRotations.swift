// SPDX-License-Identifier: Apache-2.0
import Access
import HeldKeys

/// `GET /v1/rotations`.
func listRotations(_ call: Call) async throws -> Answer {
    var filter = RotationFilter()
    filter.account = try call.query.id("account", "an account")
    filter.credential = try call.query.id("credential", "a credential")
    filter.assignee = try call.query.id("assignee", "a user")
    filter.provider = try call.query.value("provider", "the name of a provider") { Provider.isName($0) ? $0 : nil }
    let stages = Rotation.Stage.allCases.map { "`\($0.rawValue)`" }.joined(separator: ", ")
    filter.stage = try call.query.value("stage", "one of \(stages)") { Rotation.Stage(rawValue: $0) }
    filter.isOver = try call.query.value("over", "`true` or `false`") { Bool($0) }
    let position = try ListPosition("rotations", call.query)
    let found = try await call.ports.rotations.sights(by: call.caller, filter, position.page, at: call.now)
    return .page(found.items, next: position.cursor(after: found.next)) { $0.members(of: $1, at: call.now) }
}

/// `GET /v1/rotations/{id}`.
func readRotation(_ call: Call) async throws -> Answer {
    let sight = try await call.ports.rotations.sight(by: call.caller, call.id("rotation"), at: call.now)
    return .one(revision: sight.rotation.revision) { $0.members(of: sight, at: call.now) }
}
