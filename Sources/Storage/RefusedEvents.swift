// SPDX-License-Identifier: Apache-2.0
internal import Access

extension Refusal {
    /// Whether it was the caller's right that was missing, which the audit trail keeps, or only the call that was
    /// wrong.
    var isRefusedRight: Bool {
        switch self {
        case .unauthenticated, .missingScope, .wouldEscalate, .notFound: true
        case .invalid, .conflict, .changedMeanwhile, .idempotencyKeyReused, .alreadyImported: false
        }
    }
}

extension EventNote {
    /// The event of a refusal: what it was about, as far as that was known, and why not.
    init(refused refusal: Refusal, _ note: EventNote) {
        self.init(note.action, subject: note.subject, account: note.account)
        outcome = .refused
        switch refusal {
        case .missingScope(let scope): details = [.init("missing_scope", scope.description)]
        case .wouldEscalate(_, let detail): details = [.init("would_escalate", detail)]
        case .notFound(let noun): details = [.init("not_found", noun)]
        case .unauthenticated: details = [.init("unauthenticated", "yes")]
        case .invalid, .conflict, .changedMeanwhile, .idempotencyKeyReused, .alreadyImported: break
        }
    }
}
