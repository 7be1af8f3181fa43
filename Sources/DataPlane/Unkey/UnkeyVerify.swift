// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import IssuedKeys
internal import Metering
internal import NIOCore
internal import Wire

/// `POST /v2/keys.verifyKey`: the decision of `/v1/verify`, asked and answered in Unkey's shapes, so that software
/// written for it goes on with another base URL.
extension Verify {
    func unkey(
        _ reader: inout JSONReader, _ body: Span<UInt8>, _ caller: Caller, at now: Moment, into out: inout ByteBuffer
    ) throws {
        let asked = try UnkeyQuestion.read(&reader, body)
        let text = asked.text
        var question = asked.question
        question.viewer = caller.key
        var low: Want?
        var fault: UnkeyFault?
        let admission = index.reading(lane: lane) { contents, use in
            use.tally.reset()
            let verdict = contents.verdict(on: question, in: text.span, at: now.at)
            guard case .valid(let key) = verdict else {
                return answer(.decided(verdict), question, text.span, contents, &use, .none, at: now, into: &out)
            }
            do throws(UnkeyFault) {
                let own = contents.limits(of: key)
                let limits = try UnkeyLimit.inForce(asked.limits, beside: own, cost: question.cost)
                guard contents.isMetered(key) || limits.set != nil else {
                    return answer(.decided(verdict), question, text.span, contents, &use, own, at: now, into: &out)
                }
                let admission = contents.charge(
                    key, limits: limits.set, cost: question.cost, limitCosts: limits.costs, holding: false, at: now,
                    by: meters, into: &use.tally)
                low = use.tally.low
                return answer(
                    admission, question, text.span, contents, &use, limits.set ?? own, at: now, into: &out)
            } catch {
                fault = error
                return .decided(verdict)
            }
        }
        if let low { lender.refill(low) }
        if let fault { throw fault }
        switch admission {
        case .awaitsLease(let want): throw AwaitsLease(want: want)
        case .decided(let verdict): counters.count(.unkey, verdict)
        }
    }

    private func answer(
        _ admission: Admission, _ question: Question, _ bytes: Span<UInt8>, _ contents: borrowing KeyIndex.Contents,
        _ use: inout LaneUse, _ set: LimitSet, at now: Moment, into out: inout ByteBuffer
    ) -> Admission {
        guard case .decided(let verdict) = admission else { return admission }
        use.record(verdict, of: question, in: bytes, at: now.at)
        UnkeyAnswer.write(verdict, contents, use.tally, set, at: now.at, into: &out)
        return admission
    }
}
