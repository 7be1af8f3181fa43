// SPDX-License-Identifier: Apache-2.0
internal import HeldKeys
internal import IssuedKeys
internal import Metering
internal import NIOCore

/// A lent call that may leave: what it was charged, and for whom it is counted.
struct LendPass {
    /// The call's place in flight, where that is bounded.
    let hold: Hold?
    /// What the answer says of limits, each line ended; nil where nothing was metered.
    let lines: ByteBuffer?
    let use: LendUse
}

/// What a lent call costs its caller: one of everything, once it is known that the call may leave.
///
/// What the key, its owner and its account have to give and what the integration has are taken together or not at all.
struct LendCharge {
    let caller: LendCaller.Caller
    let loan: Loan
    let state: EventLoopState
    let now: Moment

    enum Outcome {
        case taken(LendPass)
        case refused(Problem)
        case awaitsLease(Want)
    }

    /// Takes one of everything. `rule`: the place among the integration's rules of the one that allows the call.
    func take(rule: Int) -> Outcome {
        let use = LendUse(loan: loan, rule: rule, key: caller.id, address: caller.address)
        guard isMetered else { return .taken(LendPass(hold: nil, lines: nil, use: use)) }
        var lines = ByteBuffer()
        switch charge(cost: 1, { tally, set in LimitAnswer.write(tally, set, into: &lines) }) {
        case .taken(let hold):
            return .taken(LendPass(hold: hold, lines: lines.readableBytes > 0 ? lines : nil, use: use))
        case .refused(let problem): return .refused(problem)
        case .awaitsLease(let want): return .awaitsLease(want)
        }
    }

    /// What is left, without taking any. Nothing is told to `body` where nothing is metered; a want where a budget must
    /// first be read from storage.
    func look(_ body: (Tally, LimitSet) -> Void) -> Want? {
        guard isMetered, case .awaitsLease(let want) = charge(cost: 0, body) else { return nil }
        return want
    }

    private var isMetered: Bool {
        caller.isMetered || !loan.integration.limits.isEmpty || loan.integration.quota != nil
    }

    private enum Charged {
        case taken(Hold?)
        case refused(Problem)
        case awaitsLease(Want)
    }

    private func charge(cost: Int64, _ body: (Tally, LimitSet) -> Void) -> Charged {
        var low: Want?
        let outcome: Charged = state.index.reading(lane: state.lane) { contents, use in
            // The index may have changed since the key was found, its positions have not.
            let standing = contents.standing(of: caller.key, at: now.at)
            guard case .valid = standing else { return .refused(.refusing(standing).onLend("\(standing.code.text)")) }
            let set = state.lendTerms.limits(of: loan, beside: contents.limits(of: caller.key))
            var payer = contents.payer(caller.key)
            payer.integration = Subject(loan.integration.id)
            var budgets = contents.budgets(of: caller.key)
            if let quota = loan.integration.quota {
                budgets.append(Budget(subject: Subject(loan.integration.id), quota: quota))
            }
            let isHeld = cost > 0 && set.boundsCallsInFlight
            let charging = state.meters.charge(
                payer, set, budgets, cost: cost, holding: isHeld, at: now, into: &use.tally)
            low = use.tally.low
            switch charging {
            case .awaitsLease(let want): return .awaitsLease(want)
            case .taken:
                body(use.tally, set)
                return .taken(isHeld ? Hold(payer: payer, set: set) : nil)
            case .limited: return .refused(refusal(.rateLimited(caller.key), use.tally, set))
            case .exceeded: return .refused(refusal(.quotaExceeded(caller.key), use.tally, set))
            }
        }
        if let low { state.lender.refill(low) }
        return outcome
    }

    private func refusal(_ verdict: Verdict, _ tally: Tally, _ set: LimitSet) -> Problem {
        var problem = LimitAnswer.problem(verdict, tally, set, at: now.at).onLend("\(verdict.code.text)")
        problem.detail =
            verdict.code == .rateLimited
            ? "As many calls were made as the limits of the key or of the integration allow for now."
            : "The budget of the key, its owner, its account or the integration is spent."
        return problem
    }
}

/// The limits of calls through an integration, put together with those of a key once and not for each call. Confined to
/// one event loop.
struct LendTerms {
    private var known: [ObjectIdentifier: Terms] = [:]

    private struct Terms {
        /// Kept, so that its identity stays its own.
        let loan: Loan
        let base: LimitSet
        let set: LimitSet
    }

    private static let mostKnown = 10_000

    /// The key's limits, and those of the integration behind them.
    mutating func limits(of loan: Loan, beside base: LimitSet) -> LimitSet {
        guard !loan.integration.limits.isEmpty else { return base }
        let place = ObjectIdentifier(loan)
        // Arrays that share their storage are compared by that alone.
        if let terms = known[place], terms.base == base { return terms.set }
        if known.count >= Self.mostKnown { known.removeAll() }
        let terms = Terms(loan: loan, base: base, set: LimitSet(base, integration: loan.integration.limits))
        known[place] = terms
        return terms.set
    }
}
