// SPDX-License-Identifier: Apache-2.0
package import Access

/// How the secret that a rotation replaces comes to its end.
package struct RotationTerms: Equatable, Sendable {
    /// How long it keeps working; zero for not at all. The key's own expiry wins over it.
    package var grace: Length
    /// Retire it as soon as it has not been used for so long; nil to wait for the end of its grace.
    package var finishWhenIdle: Length?
    /// Whether a secret that is still retiring from an earlier rotation is ended by this one.
    package var endsRetiring: Bool

    /// The longest grace, counted from the call.
    package static let longestGrace = Length.seconds(90 * 86_400)
    /// Uses are written down twice a minute, so nothing shorter can be told from use.
    package static let shortestIdle = Length.seconds(60)

    /// Terms of a rotation.
    package init(grace: Length = .seconds(0), finishWhenIdle: Length? = nil, endsRetiring: Bool = false) {
        self.grace = grace
        self.finishWhenIdle = finishWhenIdle
        self.endsRetiring = endsRetiring
    }

    /// Refuses terms out of bounds.
    func check() throws(Refusal) {
        try Self.check(grace: grace)
        guard let idle = finishWhenIdle else { return }
        guard idle >= Self.shortestIdle, idle <= Self.longestGrace else {
            throw .invalid(
                pointer: "/finish_when_idle",
                detail: "This lies between \(Self.shortestIdle) and \(Self.longestGrace).",
                fix: "Send a length within these bounds, or leave the field out.")
        }
        guard grace > .seconds(0) else {
            throw .invalid(
                pointer: "/finish_when_idle",
                detail: "Without a grace the old secret ends at once; there is no idling.",
                fix: "Give a grace too, or leave the field out.")
        }
    }

    /// Refuses a grace out of bounds.
    static func check(grace: Length) throws(Refusal) {
        guard grace >= .seconds(0), grace <= longestGrace else {
            throw .invalid(
                pointer: "/grace", detail: "A grace is at most \(longestGrace).", fix: "Send a length from 0s to 90d.")
        }
    }
}
