// SPDX-License-Identifier: Apache-2.0
internal import IssuedKeys
internal import Metering

/// What a lent call costs its caller: one of everything, once it is known that the call may leave.
enum LendCharge {
    enum Outcome {
        /// With the call's place in flight, where that is bounded.
        case taken(Hold?)
        case refused(Problem)
        case awaitsLease(Want)
    }

    static func take(_ caller: LendCaller.Caller, _ state: EventLoopState, at now: Moment) -> Outcome {
        guard caller.isMetered else { return .taken(nil) }
        var low: Want?
        let outcome: Outcome = state.index.reading(lane: state.lane) { contents, use in
            // The index may have changed since the key was found, its positions have not.
            let standing = contents.standing(of: caller.key, at: now.at)
            guard case .valid = standing else { return .refused(.refusing(standing).onLend("\(standing.code.text)")) }
            let set = contents.limits(of: caller.key)
            let admission = contents.charge(
                caller.key, cost: 1, holding: set.boundsCallsInFlight, at: now, by: state.meters, into: &use.tally)
            low = use.tally.low
            switch admission {
            case .awaitsLease(let want): return .awaitsLease(want)
            case .decided(.valid(let key)):
                return .taken(set.boundsCallsInFlight ? Hold(payer: contents.payer(key), set: set) : nil)
            case .decided(let verdict):
                return .refused(
                    LimitAnswer.problem(verdict, use.tally, set, at: now.at).onLend("\(verdict.code.text)"))
            }
        }
        if let low { state.lender.refill(low) }
        return outcome
    }
}
