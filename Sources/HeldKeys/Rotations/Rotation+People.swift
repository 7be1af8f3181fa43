// SPDX-License-Identifier: Apache-2.0
internal import Access

/// What people may do to a rotation.
extension Rotation {
    /// Ends it before its end. What was begun at the provider is undone; the former value stays in use, or is again.
    mutating func cancel(at now: Instant) throws(Refusal) -> VersionMove? {
        switch stage {
        case .waiting, .asked:
            end(.cancelled, at: now)
            return .release
        case .minting:
            ending = .cancelled
            enter(.undoing, at: now)
        case .setting where successor == nil:
            end(.cancelled, at: now)
            return .release
        case .testing where kind != .set, .switching where kind != .set, .watching where kind != .set,
            .holding where kind != .set, .deleting where !mayDelete:
            turnBack(to: .cancelled, nil, at: now)
        case .reverting, .undoing: ending = .cancelled
        case .setting, .testing, .switching, .watching, .holding:
            throw .conflict(
                detail: "The provider may have the new value already; the former one may be of no use any more.",
                fix: "Let it come to its end. Then rotate once more, if need be.")
        case .deleting, .confirming:
            throw .conflict(
                detail: "The former key is being deleted at the provider; there is no way back to it.",
                fix: "Let it come to its end. Then rotate once more, if need be.")
        case .done, .failed, .cancelled:
            throw .conflict(detail: "The rotation is over: \(stage.rawValue).", fix: "Begin another one.")
        }
        return nil
    }

    /// A person did what they were asked to do, or allows what they were asked to allow.
    mutating func confirm(_ task: Task, at now: Instant) throws(Refusal) {
        guard task == self.task else {
            throw .conflict(
                detail: self.task.map { "What is waited for is `\($0.rawValue)`." } ?? "Nobody is waited for now.",
                fix: "Read the rotation again; its `task` says what is to be done.")
        }
        switch task {
        case .provide:
            throw .conflict(
                detail: "A new key is waited for.", fix: "Hand it in with `POST /v1/rotations/{id}/provide`.")
        case .moveHolders: enter(.deleting, at: now)
        case .deleteKey: enter(.confirming, at: now)
        case .allowDeletion:
            mayDelete = true
            nextAt = now
        case .allowStray:
            stray?.isOurs = true
            nextAt = now
        }
    }
}
