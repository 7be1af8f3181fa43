// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import IssuedKeys
internal import Metering
internal import NIOCore
internal import Wire

/// `envoy.service.auth.v3.Authorization/Check`: the decision of `/v1/authorize`, asked over gRPC.
struct CheckDecision {
    let core: AuthorizeCore
    let trusted: [AddressRange]

    /// Decides and writes the message, its five bytes of prefix included.
    ///
    /// - Parameter peer: who asks. One that is not trusted may name a call, but not somebody else's address.
    func answer(
        _ request: borrowing CheckRequest, _ bytes: Span<UInt8>, peer: IPAddress?, at now: Moment,
        into page: inout CheckPage
    ) -> Decision {
        guard request.options.isReadable else { return refuse(.refusing(.unreadableScopes), &page) }
        var question = Question(key: 0..<0)
        question.scopes = request.options.scope
        question.method = request.method
        var query: Range<Int>?
        if let target = request.target {
            let path = OriginalCall.withoutQuery(target, bytes)
            question.path = path
            query = path.upperBound < target.upperBound ? (path.upperBound + 1)..<target.upperBound : nil
        }
        // Whoever may open the Unix socket is trusted; such a peer has no address.
        let isTrusted = peer.map { peer in trusted.contains { $0.contains(peer) } } ?? true
        question.address = isTrusted ? request.address : peer
        question.userAgent = request.fields.first(.userAgent).map { $0.value.start..<$0.value.end }
        question.cost = request.options.cost
        question.tags = request.options.tags
        switch KeyInRequest.find(request.fields, bytes) {
        case .absent:
            guard let key = Authorize.keyInQuery(query, bytes) else { return refuse(.keyMissing, &page) }
            question.key = key
            question.isFromQuery = true
        case .ambiguous: return refuse(.keyAmbiguous, &page)
        case .at(let key): question.key = key
        case .decoded(let key):
            let joined = Joined(bytes, appending: key)
            question.key = joined.appended
            return decide(question, request, joined.bytes.span, at: now, into: &page)
        }
        return decide(question, request, bytes, at: now, into: &page)
    }

    private func decide(
        _ question: Question, _ request: borrowing CheckRequest, _ bytes: Span<UInt8>, at now: Moment,
        into page: inout CheckPage
    ) -> Decision {
        let places = CheckAnswer.KeyPlaces(request.fields, bytes, key: question.key, isFromQuery: question.isFromQuery)
        let outcome = core.decide(
            question, bytes, wantsPrincipal: request.options.wantsPrincipal, at: now
        ) { contents, approved, tally in
            CheckAnswer.writeAllowed(contents, approved, tally, places, into: &page)
        }
        switch outcome {
        case .awaitsLease(let want): return .awaitsLease(want)
        case .allowed(let verdict): return .answered(verdict, status: 200)
        case .refused(let verdict):
            let written = CheckAnswer.refusals[Int(verdict.code.rawValue)]
            page.message.writeImmutableBuffer(written.message)
            return .answered(verdict, status: written.status)
        case .limited(let verdict, let problem):
            CheckAnswer.write(problem, into: &page.message)
            return .answered(verdict, status: problem.status)
        case .flooded: return refuse(core.gate.problem, &page)
        }
    }

    private func refuse(_ problem: Problem, _ page: inout CheckPage) -> Decision {
        CheckAnswer.write(problem, into: &page.message)
        return .answered(nil, status: problem.status)
    }
}
