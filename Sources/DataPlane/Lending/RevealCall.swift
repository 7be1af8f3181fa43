// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import HeldKeys
internal import IssuedKeys
internal import Metering
internal import NIOCore
internal import Wire

/// `POST /v1/reveal`: an app with its own key asks for the value of an integration that says `reveal`. The answer goes
/// out when the record of it is durable.
struct RevealCall {
    let state: EventLoopState
    let peer: IPAddress?
    let now: Moment

    enum Outcome {
        case refused(Problem)
        case asks(AskedReveal)
    }

    /// Decides who asks for what. Does not wait.
    func ask(_ head: borrowing RequestHead, _ bytes: Span<UInt8>, body: Span<UInt8>) -> Outcome {
        do {
            let address = OriginalCall.caller(head, bytes, peer: peer, trusting: state.trusted)
            let shown = try caller(head, bytes, address)
            try Verify.checkContentType(head, bytes)
            let wish = try RevealWish(body)
            guard let loan = state.lending.find(app: shown.app, .name(Array(wish.integration.utf8))) else {
                return .refused(.lend(.integrationUnknown))
            }
            return .asks(
                AskedReveal(
                    integration: loan.integration.id, app: shown.app, account: loan.integration.account,
                    key: shown.key, address: address, request: RevealRequest(wish.kind, reason: wish.reason)))
        } catch {
            return .refused(Verify.problem(error))
        }
    }

    private func caller(
        _ head: borrowing RequestHead, _ bytes: Span<UInt8>, _ address: IPAddress?
    ) throws -> (app: AppID, key: KeyID) {
        switch KeyInRequest.find(head.fields, bytes) {
        case .absent: throw CallerRefusal(problem: .keyMissing)
        case .ambiguous: throw CallerRefusal(problem: .keyAmbiguous)
        case .at(let range): return try judge(range, bytes, address)
        case .decoded(let key): return try judge(0..<key.count, key.span, address)
        }
    }

    private func judge(
        _ key: Range<Int>, _ bytes: Span<UInt8>, _ address: IPAddress?
    ) throws -> (app: AppID, key: KeyID) {
        var question = Question(key: key)
        question.address = address
        let text = bytes.extracting(key)
        guard state.gate.admits(text, from: address, tick: now.tick) else {
            throw CallerRefusal(problem: state.gate.problem)
        }
        question.token = state.tokens.token(in: text, at: now.at)
        let (verdict, portrait) = state.index.reading(lane: state.lane) { contents, use in
            let verdict = contents.verdict(on: question, in: bytes, at: now.at)
            use.record(verdict, of: question, in: bytes, at: now.at)
            guard case .valid(let key) = verdict else { return (verdict, KeyIndex.Contents.Portrait?.none) }
            return (verdict, contents.portrait(key))
        }
        state.counters.count(.reveal, verdict)
        state.gate.note(verdict, text, from: address, tick: now.tick)
        guard let portrait else { throw CallerRefusal(problem: .refusing(verdict)) }
        guard case .app(let app) = portrait.owner else { throw CallerRefusal(problem: .lend(.integrationUnknown)) }
        return (app, portrait.id)
    }
}

extension Connection {
    /// Answers a request that is whole, `whole` bytes of which are still pending.
    func reveal(_ head: RequestHead, _ message: ByteBuffer, _ body: Range<Int>, consuming whole: Int) -> Bool {
        let bytes = message.readableBytesUInt8Span
        let call = RevealCall(state: state, peer: peer, now: clocks.now)
        switch call.ask(head, bytes, body: bytes.extracting(body)) {
        case .refused(let problem): return refuse(problem, .reveal, consuming: whole)
        case .asks(let asked):
            let reveal = state.holding.reveal
            return pursue(.reveal, consuming: whole) { RevealAnswer.answer(await reveal(asked)) }
        }
    }
}

/// `{integration, reason, kind?}`.
private struct RevealWish {
    let integration: String
    let reason: String
    let kind: Exposure.Kind

    init(_ body: Span<UInt8>) throws {
        guard let members = try JSON.parse(body).asObject else { throw Self.fault("", "There is no JSON object.") }
        var (integration, reason, kind): (String?, String?, Exposure.Kind) = (nil, nil, .reveal)
        for member in members {
            switch (member.name, member.value) {
            case ("integration", .string(let text)) where (1...64).contains(text.utf8.count): integration = text
            case ("reason", .string(let text)) where Self.isReason(text): reason = text
            case ("kind", .string("reveal")): kind = .reveal
            case ("kind", .string("run")): kind = .run
            case ("integration", _), ("reason", _), ("kind", _):
                throw Self.fault("/" + member.name, "The field does not take this value.")
            default: throw Self.unknown(member.name)
            }
        }
        guard let integration else { throw Self.fault("/integration", "The integration is not named.") }
        guard let reason else { throw Self.fault("/reason", "There is no reason.") }
        (self.integration, self.reason, self.kind) = (integration, reason, kind)
    }

    private static func isReason(_ text: String) -> Bool {
        (1...1000).contains(text.unicodeScalars.count)
            && text.unicodeScalars.allSatisfy { $0.value >= 0x20 && !(0x7F...0x9F).contains($0.value) }
    }

    private static func unknown(_ name: String) -> CallerRefusal {
        var problem = VerifyFault.unknownField(in: "", name).problem
        problem.fix = "Leave it out; known are integration, reason and kind."
        return CallerRefusal(problem: problem)
    }

    private static func fault(_ pointer: String, _ detail: String) -> CallerRefusal {
        CallerRefusal(
            problem: Problem(
                status: 422, code: "invalid_field", title: "A field is wrong", detail: detail,
                fix: "Send integration (its name or id), reason (1 to 1,000 characters) and kind (reveal or run).",
                pointer: pointer))
    }
}

/// What is answered to who asked for a value.
private enum RevealAnswer {
    static func answer(_ outcome: RevealOutcome) -> WrittenAnswer {
        switch outcome {
        case .revealed(let value): WrittenAnswer(body: bytes(value))
        case .refused(let detail, let fix):
            written(Problem(status: 409, code: "conflict", title: "Not revealed", detail: detail, fix: fix))
        case .unknown: written(.lend(.integrationUnknown))
        case .unavailable: written(.lend(.credentialUnavailable))
        }
    }

    private static func written(_ problem: Problem) -> WrittenAnswer {
        var body = ByteBuffer()
        problem.writeBody(into: &body)
        var answer = WrittenAnswer(
            status: problem.status, type: "application/problem+json", body: Array(body.readableBytesView))
        if let code = problem.lendError { answer.fields.append(("X-Bitting-Error", code)) }
        return answer
    }

    private static func bytes(_ revealed: RevealedValue) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { writer in
            writer.member("credential", revealed.credential.id.description)
            writer.member("version", revealed.version.number)
            writer.member("exposure", revealed.exposure.id.description)
            writer.key("value")
            let names = revealed.version.parts
            guard !names.isEmpty else { return part(NamedPart.whole, of: revealed, into: &writer) }
            writer.object { writer in
                for name in names {
                    writer.key(name)
                    part(name, of: revealed, into: &writer)
                }
            }
        }
        return writer.bytes
    }

    private static func part(_ name: String, of revealed: RevealedValue, into writer: inout JSONWriter) {
        _ = revealed.value.revealing(name) { writer.string($0) }
    }
}
