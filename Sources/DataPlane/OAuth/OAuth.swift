// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import IssuedKeys
internal import Metering
internal import NIOCore
internal import Secrets
internal import Tokens
internal import Wire

/// The shapes of OAuth, for software that speaks them already: introspection (RFC 7662), revocation (RFC 7009),
/// exchange for a short token (RFC 8693, and the client credentials grant of RFC 6749).
struct OAuth {
    let state: EventLoopState
    let peer: IPAddress?
    /// Who makes this call.
    let address: IPAddress?
    let now: Moment

    /// One request, by path.
    enum Kind { case introspection, revocation, exchange }

    /// What a request comes to: an answer, or work that takes time.
    enum Outcome {
        case answer(WrittenAnswer)
        case work(@Sendable () async -> WrittenAnswer)
    }

    /// Answers one request whose body is whole.
    func answer(_ kind: Kind, _ head: borrowing RequestHead, _ bytes: Span<UInt8>, body: Span<UInt8>) -> Outcome {
        do {
            guard Form.isAnnounced(head, bytes) else { throw OAuthFault.notAForm }
            guard let form = Form(body) else { throw OAuthFault.unreadable }
            switch kind {
            case .introspection: return .answer(try introspect(form, head, bytes))
            case .revocation: return try revoke(form)
            case .exchange: return try exchange(form, head, bytes)
            }
        } catch let fault as OAuthFault {
            return .answer(fault.answer)
        } catch {
            return .answer(OAuthFault.unavailable.answer)
        }
    }

    /// What is found out about a text that is shown as a key or a token.
    struct Sight {
        let verdict: Verdict
        let token: TokenReader.Known?
    }

    /// Decides on what is shown, and counts it.
    func look(
        at text: [UInt8], _ question: Question, in bytes: [UInt8],
        _ body: (borrowing KeyIndex.Contents, KeyPosition) -> Void = { _, _ in }
    ) throws(OAuthFault) -> Sight {
        guard text.count <= 8192 else { throw .invalid("token", fix: "Send a key or token of at most 8192 bytes.") }
        guard state.gate.admits(text.span, from: address, tick: now.tick) else {
            throw OAuthFault(CallerRefusal(problem: state.gate.problem))
        }
        var question = question
        let token = state.tokens.known(text.span, at: now.at)
        question.token = token?.token
        let verdict = state.index.reading(lane: state.lane) { contents, use in
            let verdict = contents.verdict(on: question, in: bytes.span, at: now.at)
            use.record(verdict, of: question, in: bytes.span, at: now.at)
            if let key = verdict.key { body(contents, key) }
            return verdict
        }
        state.counters.count(.oauth, verdict)
        state.gate.note(verdict, text.span, from: address, tick: now.tick)
        return Sight(verdict: verdict, token: token)
    }
}
