// SPDX-License-Identifier: Apache-2.0
package import Access
package import HeldKeys

/// One thing that ends with a party, or changes hands.
package struct OffboardingItem: Equatable, Sendable {
    /// What it is about.
    package enum Kind: String, Sendable, CaseIterable { case `operator`, key, integration, credential }
    /// What becomes of it.
    package enum Action: String, Sendable, CaseIterable { case remove, revoke, lock, transfer, rotate }
    /// How far that has come.
    package enum State: String, Sendable, CaseIterable {
        case planned
        /// Begun; see ``OffboardingItem/waitsFor(_:)``.
        case waiting
        case done
        /// Left as it was, or as it is, because the offboarding was cancelled.
        case kept
    }

    package let offboarding: OffboardingID
    /// Counts from 1; the order in which items are begun.
    package let number: Int64
    package let kind: Kind
    /// The id of what it is about.
    package let id: String
    package let name: String
    package let action: Action
    /// The higher, the sooner.
    package let risk: Int64
    package var state = State.planned
    /// The rotation that carries it out; it may have been begun by somebody else.
    package var rotation: RotationID? = nil
    /// How many rotations came to nothing.
    package var attempts: Int64 = 0
    /// What people should know of how it ended.
    package var note: String? = nil
    package var doneAt: Instant? = nil
    /// Not before then is it begun again.
    package var nextAt: Instant? = nil

    /// An item that is planned.
    package init(
        offboarding: OffboardingID, number: Int64, kind: Kind, id: String, name: String, action: Action, risk: Int64
    ) {
        (self.offboarding, self.number, self.kind, self.id) = (offboarding, number, kind, id)
        (self.name, self.action, self.risk) = (name, action, risk)
    }
}

extension OffboardingItem {
    /// Who or what is waited for: `person`, `owner`, `provider`, `turn` or `time`; nil where nothing is.
    package func waitsFor(_ rotation: Rotation?) -> String? {
        guard state == .waiting else { return state == .planned && nextAt != nil ? "time" : nil }
        guard let rotation else { return action == .transfer ? "owner" : nil }
        if rotation.task != nil { return "person" }
        switch rotation.stage {
        case .waiting: return "turn"
        case .switching, .watching: return "time"
        default: return "provider"
        }
    }
}
