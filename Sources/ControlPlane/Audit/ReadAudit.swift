// SPDX-License-Identifier: Apache-2.0
import Access
import Secrets
import Wire

/// `GET /v1/audit/key`
func readAuditKey(_ call: Call) async throws -> Answer {
    let key = try await call.ports.audit.key(call.caller, call.now)
    return .json { writer in
        writer.object { writer in
            writer.member("origin", key.name)
            writer.member("verifier_key", key.description)
        }
    }
}

/// `GET /v1/audit/checkpoints`. The cursor is the number of the last checkpoint shown.
func listCheckpoints(_ call: Call) async throws -> Answer {
    let after = try call.query.number("after", 0...Int64.max) ?? 0
    let limit = try call.query.number("limit", 1...Int64(Page.longest)).map(Int.init) ?? ListPosition.usualLimit
    let found = try await call.ports.audit.checkpoints(call.caller, after, limit + 1, call.now)
    let items = Array(found.prefix(limit))
    let next = found.count > limit ? items.last.map { String($0.number) } : nil
    return .page(items, next: next) { $0.members(of: $1) }
}

extension JSONWriter {
    /// The note, and what stands in it.
    fileprivate mutating func members(of kept: KeptCheckpoint) {
        member("number", kept.number)
        member("size", kept.checkpoint.size)
        member("root", Base64Text.text(kept.checkpoint.root.bytes))
        text("at", kept.checkpoint.at)
        member("note", kept.note)
    }
}
