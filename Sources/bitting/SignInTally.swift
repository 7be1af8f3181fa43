// SPDX-License-Identifier: Apache-2.0
import Access
import Storage
import Synchronization
import Tokens

/// Refused sign-ins, counted by rule and reason: the audit trail gets one line for each and flush, so that a flood of
/// bad tokens cannot fill the disk, and none is forgotten.
///
/// Nothing in a line is of the token: the issuer is one that has rules here.
final class SignInTally: Sendable {
    private let counts = Mutex<[RefusedSignIn: Int]>([:])
    private let ledger: Ledger

    /// Beyond so many different refusals, those of all rules share a line for each reason.
    private static let mostLines = 200

    init(ledger: Ledger) { self.ledger = ledger }

    func count(_ refused: RefusedSignIn) {
        counts.withLock { counts in
            let hasRoom = counts[refused] != nil || counts.count < Self.mostLines
            let line = hasRoom ? refused : RefusedSignIn(issuer: "others", rule: nil, refusal: refused.refusal)
            counts[line, default: 0] += 1
        }
    }

    func flush() async {
        let taken = counts.withLock { counts in
            defer { counts.removeAll() }
            return counts
        }
        for (refused, count) in taken {
            var note = EventNote(
                "key.sign_in", subject: refused.key?.description, account: refused.account,
                details: [
                    .init("issuer", refused.issuer), .init("reason", refused.refusal.rawValue),
                    .init("refused", String(count)),
                ])
            if let rule = refused.rule { note.details.append(.init("rule", rule.description)) }
            note.outcome = .refused
            try? await ledger.record(note, by: .unknown, at: Clock.now())
        }
    }
}
