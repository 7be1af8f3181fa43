// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import IssuedKeys
internal import Metering
internal import Wire

/// May this call go through? The decision behind `/v1/authorize` and behind Envoy's `Check`; who asks writes the answer
/// in his own form.
struct AuthorizeCore {
    /// What became of the question.
    enum Outcome {
        /// Nothing was taken: ask again when the lender has lent.
        case awaitsLease(Want)
        /// The answer was written while the index was read.
        case allowed(Verdict)
        case refused(Verdict)
        /// A limit or a budget stands in the way; the problem says which.
        case limited(Verdict, Problem)
        /// The address showed too many bad keys. Nobody looked at this one.
        case flooded
    }

    let index: KeyIndex
    let lane: Int
    let meters: Meters
    let lender: any Lender
    let gate: SourceGate
    let tokens: TokenReader
    let principals: Principals

    /// A call that may go through.
    struct Approved {
        let key: KeyPosition
        /// What was shown instead of the key; nil for the key itself.
        let token: ShownToken?
        /// The signed statement of who calls; empty where nobody wants one.
        let principal: [UInt8]
    }

    /// Decides, charges and counts. `allow` writes the identity of a key that is good.
    ///
    /// - Parameters:
    ///   - hidesStatus: the gateway passes on no 429.
    ///   - wantsPrincipal: a signed statement of who calls is wanted.
    @inline(__always)
    func decide(
        _ asked: Question, _ bytes: Span<UInt8>, hidesStatus: Bool = false, wantsPrincipal: Bool = false,
        at now: Moment, allow: (borrowing KeyIndex.Contents, Approved, borrowing Tally) -> Void
    ) -> Outcome {
        let text = bytes.extracting(asked.key)
        guard gate.admits(text, from: asked.address, tick: now.tick) else { return .flooded }
        var question = asked
        if !question.isFromQuery { question.token = tokens.token(in: text, at: now.at) }
        var low: Want?
        var limited: Problem?
        let admission = index.reading(lane: lane) { contents, use in
            let admission = contents.admit(question, in: bytes, at: now, by: meters, into: &use.tally)
            guard case .decided(let verdict) = admission else { return admission }
            use.record(verdict, of: question, in: bytes, at: now.at)
            low = use.tally.low
            switch verdict {
            case .valid(let key):
                let token = question.token
                let principal = wantsPrincipal ? principals.principal(of: key, by: token, contents, at: now.at) : []
                allow(contents, Approved(key: key, token: token, principal: principal), use.tally)
            case .rateLimited(let key), .quotaExceeded(let key):
                limited = LimitAnswer.problem(
                    verdict, use.tally, contents.limits(of: key), at: now.at, hidesStatus: hidesStatus)
            default: break
            }
            return admission
        }
        if let low { lender.refill(low) }
        switch admission {
        case .awaitsLease(let want): return .awaitsLease(want)
        case .decided(let verdict):
            gate.note(verdict, text, from: question.address, tick: now.tick)
            if case .valid = verdict { return .allowed(verdict) }
            return limited.map { .limited(verdict, $0) } ?? .refused(verdict)
        }
    }
}
