// SPDX-License-Identifier: Apache-2.0
import Access
import HeldKeys
import Wire

extension JSONWriter {
    /// A rotation as it is shown.
    mutating func members(of sight: RotationSight, at now: Instant) {
        let rotation = sight.rotation
        text("id", rotation.id)
        text("credential", rotation.credential)
        member("credential_name", sight.credentialName)
        text("account", rotation.account)
        member("provider", rotation.provider)
        member("kind", rotation.kind.rawValue)
        member("reason", rotation.reason.rawValue)
        member("stage", rotation.stage.rawValue)
        member("fault", rotation.fault?.rawValue)
        member("cause", rotation.cause?.rawValue)
        member("proof", rotation.proof?.rawValue)
        member("tries", rotation.tries)
        text("former_version", rotation.former)
        member("former_key", rotation.formerKey)
        text("successor_version", rotation.successor)
        member("successor_key", rotation.successorKey)
        member("label", rotation.kind == .minted ? rotation.label : nil)
        member("stray_key", rotation.stray?.key)
        task(of: sight)
        key("holders")
        array { writer in
            for holder in sight.holders { writer.object { $0.members(of: holder) } }
        }
        members(of: rotation.terms)
        member("is_late", rotation.terms.dueAt.map { (rotation.endedAt ?? now) > $0 } ?? false)
        text("stage_since", rotation.since)
        text("next_at", rotation.nextAt)
        member("started_by", rotation.startedBy)
        text("started_at", rotation.startedAt)
        text("ended_at", rotation.endedAt)
    }

    /// Who holds a value themselves.
    mutating func members(of holder: Holder) {
        member("by", holder.by)
        text("user", holder.user)
        text("app", holder.app)
        member("kind", holder.kind.rawValue)
        text("at", holder.at)
    }

    private mutating func task(of sight: RotationSight) {
        key("task")
        guard let task = sight.rotation.task else { return null() }
        object { writer in
            writer.member("do", task.rawValue)
            writer.member("words", task.words)
            writer.member("link", sight.guide?.link ?? sight.documentation)
            writer.member("guide", task == .provide || task == .deleteKey ? sight.guide?.steps ?? [] : [])
        }
    }
}

extension Rotation.Task {
    /// What is to be done, for whoever has to do it.
    var words: String {
        switch self {
        case .provide: "Make a new key at the provider and hand it in with `provide`."
        case .moveHolders:
            "Move those who hold the former value themselves to the new one, or confirm that they need not be waited for."
        case .deleteKey: "Delete the former key at the provider, then confirm; Bitting tests that it is dead."
        case .allowDeletion:
            "Bitting did not make the former key. Confirm that it may be deleted at the provider, or delete it there."
        case .allowStray:
            "A key appeared at the provider while one was asked for, and nothing proves it ours. Confirm that it may be deleted."
        }
    }
}

extension Call {
    /// One rotation.
    func answer(_ rotation: Rotation) async throws -> Answer {
        let sight = try await ports.rotations.sight(by: caller.mayAlso(Permission.rotationsRead), rotation.id, at: now)
        return .one(revision: sight.rotation.revision) { $0.members(of: sight, at: now) }
    }
}
