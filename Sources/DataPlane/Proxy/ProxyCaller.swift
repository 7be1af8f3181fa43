// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import IssuedKeys
internal import Metering
internal import Wire

/// Which app opens a tunnel. Nothing is called yet: the calls inside are decided on one by one, each with the key anew.
struct ProxyCaller {
    let app: AppID
    private let asked: Asked
    private let verdict: Verdict

    enum Outcome {
        case caller(ProxyCaller)
        case refused(Problem)
    }

    /// The key and the program that shows it, as one text.
    private struct Asked {
        let text: [UInt8]
        let question: Question

        init(_ key: [UInt8], _ token: ShownToken?, _ agent: [UInt8], _ peer: IPAddress?) {
            text = key + agent
            var question = Question(key: 0..<key.count)
            if !agent.isEmpty { question.userAgent = key.count..<text.count }
            question.address = peer
            question.token = token
            question.isTrade = true
            self.question = question
        }
    }

    static func find(
        _ key: [UInt8], _ head: RequestHead, _ bytes: Span<UInt8>, _ state: EventLoopState, peer: IPAddress?,
        at now: Moment
    ) -> Outcome {
        guard state.gate.admits(key.span, from: peer, tick: now.tick) else { return .refused(state.gate.problem) }
        let agent = head.fields.first(.userAgent).map { bytes.copy($0.value) } ?? []
        let asked = Asked(key, state.tokens.token(in: key.span, at: now.at), agent, peer)
        let (verdict, owner) = state.index.reading(lane: state.lane) { contents, use in
            let verdict = contents.verdict(on: asked.question, in: asked.text.span, at: now.at)
            guard case .valid(let key) = verdict else {
                use.record(verdict, of: asked.question, in: asked.text.span, at: now.at)
                return (verdict, OwnerID?.none)
            }
            return (verdict, contents.portrait(key).owner)
        }
        state.counters.count(.proxy, verdict)
        state.gate.note(verdict, key.span, from: peer, tick: now.tick)
        guard case .valid = verdict else { return .refused(Problem.refusing(verdict)) }
        guard case .app(let app) = owner else { return .refused(.proxyKeyOfNoApp) }
        return .caller(ProxyCaller(app: app, asked: asked, verdict: verdict))
    }

    /// Whether the key would be let through again; asked of tunnels that last.
    func isGood(_ state: EventLoopState, at now: Instant) -> Bool {
        state.index.reading(lane: state.lane) { contents, _ in
            contents.verdict(on: asked.question, in: asked.text.span, at: now).code == .valid
        }
    }

    /// Counts the tunnel itself as a use: of what is said inside nothing will be known.
    func recordUse(_ state: EventLoopState, at now: Moment) {
        state.index.reading(lane: state.lane) { _, use in
            use.record(verdict, of: asked.question, in: asked.text.span, at: now.at)
        }
    }
}
