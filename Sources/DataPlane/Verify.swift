// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import IssuedKeys
internal import NIOCore
internal import Wire

/// `POST /v1/verify` and `/v1/verify/batch`: what is this key, and is it good for that call?
///
/// The caller shows a management key with `keys:verify`. One bound to accounts sees only their keys; others are
/// `unknown` to it.
struct Verify {
    /// How many keys one batch may hold.
    static let longestBatch = 1000

    let index: KeyIndex
    let lane: Int
    let counters: Counters

    /// Answers one request whose body is whole. Returns the status.
    func answer(
        _ head: borrowing RequestHead, _ bytes: Span<UInt8>, body: Span<UInt8>, isBatch: Bool, peer: IPAddress?,
        at now: Instant, scratch: inout ByteBuffer, into out: inout ByteBuffer
    ) -> Int {
        do {
            let caller = try caller(head, bytes, peer: peer, at: now)
            try Self.checkContentType(head, bytes)
            scratch.clear()
            var reader = JSONReader()
            if isBatch {
                try batch(&reader, body, caller, at: now, into: &scratch)
            } else {
                let asked = try VerifyQuestion.read(&reader, body)
                try reader.finish(body)
                try decide(asked, body, caller, .verify, "", at: now, into: &scratch)
            }
            out.writeStaticString(
                "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nCache-Control: no-store\r\nContent-Length: ")
            out.writeDecimal(scratch.readableBytes)
            out.writeStaticString(head.keepAlive ? "\r\n\r\n" : "\r\nConnection: close\r\n\r\n")
            out.writeImmutableBuffer(scratch)
            return 200
        } catch {
            let problem = Self.problem(error)
            problem.write(into: &out, keepAlive: head.keepAlive)
            return problem.status
        }
    }

    private static func problem(_ error: any Error) -> Problem {
        switch error {
        case let fault as JSONFault: VerifyFault.problem(fault)
        case let fault as VerifyFault: fault.problem
        case let refusal as CallerRefusal: refusal.problem
        default:
            Problem(
                status: 500, code: "internal", title: "Something broke", detail: "Something broke on our side.",
                fix: "Try again; if it stays, tell whoever runs this service.")
        }
    }

    private struct CallerRefusal: Error { let problem: Problem }

    /// The management key behind the request. Its own use is counted like any other's.
    private func caller(
        _ head: borrowing RequestHead, _ bytes: Span<UInt8>, peer: IPAddress?, at now: Instant
    ) throws -> Caller {
        let shown = KeyInRequest.find(head.fields, bytes)
        let caller: (verdict: Verdict, key: KeyPosition?)
        switch shown {
        case .absent: throw CallerRefusal(problem: .keyMissing)
        case .ambiguous: throw CallerRefusal(problem: .keyAmbiguous)
        case .at(let range): caller = judge(range, bytes, peer, at: now)
        case .decoded(let key): caller = judge(0..<key.count, key.span, peer, at: now)
        }
        guard let key = caller.key else {
            throw CallerRefusal(
                problem: caller.verdict.code == .valid || caller.verdict.code == .insufficientScope
                    ? Self.missingScope : .refusing(caller.verdict))
        }
        return Caller(key: key)
    }

    private struct Caller { let key: KeyPosition }

    private static let missingScope = Problem(
        status: 403, code: "missing_scope", title: "Scope missing",
        detail: "Verifying needs a management key with the scope keys:verify.",
        fix: "Use such a key; `bitting key create --keyspace bitting --scope keys:verify` makes one.")

    private func judge(
        _ range: Range<Int>, _ bytes: Span<UInt8>, _ peer: IPAddress?, at now: Instant
    ) -> (verdict: Verdict, key: KeyPosition?) {
        var question = Question(key: range)
        question.address = peer
        return index.reading(lane: lane) { contents, use in
            let verdict = contents.verdict(on: question, in: bytes, at: now)
            guard case .valid(let key) = verdict, contents.holdsVerifyPermission(key) else { return (verdict, nil) }
            use.count(key, at: now)
            return (verdict, key)
        }
    }

    private static func checkContentType(_ head: borrowing RequestHead, _ bytes: Span<UInt8>) throws {
        if let field = head.fields.first(.contentType) {
            let end = bytes.firstIndex(of: 0x3B, in: field.value) ?? field.value.end
            if bytes.equalsIgnoringCase(bytes.trimmed(Slice(start: field.value.start, end: end)), "application/json") {
                return
            }
        }
        throw CallerRefusal(
            problem: Problem(
                status: 415, code: "unsupported_media_type", title: "Not JSON",
                detail: "The body is not marked as JSON.",
                fix: "Send `Content-Type: application/json`."))
    }

    private func batch(
        _ reader: inout JSONReader, _ body: Span<UInt8>, _ caller: Caller, at now: Instant, into out: inout ByteBuffer
    ) throws {
        var questions: [VerifyQuestion] = []
        var hasItems = false
        try reader.beginObject(body)
        while let name = try reader.nextName(body) {
            guard name.equals("items", in: body) else { throw VerifyFault.unknownField(in: "", name.string(in: body)) }
            hasItems = true
            try reader.beginArray(body)
            while try reader.nextElement(body) {
                guard questions.count < Self.longestBatch else { throw VerifyFault.tooMany }
                questions.append(try VerifyQuestion.read(&reader, body, at: "/items/\(questions.count)"))
            }
        }
        try reader.finish(body)
        guard hasItems, !questions.isEmpty else { throw VerifyFault.empty }
        out.writeStaticString("{\"results\":[")
        for (position, question) in questions.enumerated() {
            if position > 0 { out.writeStaticString(",") }
            try decide(question, body, caller, .batch, "/items/\(position)", at: now, into: &out)
        }
        out.writeStaticString("]}")
    }

    private func decide(
        _ asked: VerifyQuestion, _ body: Span<UInt8>, _ caller: Caller, _ route: Counters.Route, _ pointer: String,
        at now: Instant, into out: inout ByteBuffer
    ) throws {
        if asked.extra.isEmpty {
            try decide(asked.question, body, caller, route, pointer, at: now, into: &out)
        } else {
            let joined = Joined(body, appending: asked.extra)
            try decide(asked.question, joined.bytes.span, caller, route, pointer, at: now, into: &out)
        }
    }

    /// Whether scopes that cannot be read went unseen, because the key was refused before. The answer must not depend
    /// on the key: a caller bound to accounts could tell another account's key from one that does not exist.
    private static func hidesUnreadable(_ verdict: Verdict, _ question: Question, _ bytes: Span<UInt8>) -> Bool {
        guard verdict.code != .valid, verdict.code != .insufficientScope, let scopes = question.scopes else {
            return false
        }
        return ScopeQuery.decide(ScopeSet([]), bytes, scopes) == .unreadable
    }

    private func decide(
        _ question: Question, _ bytes: Span<UInt8>, _ caller: Caller, _ route: Counters.Route, _ pointer: String,
        at now: Instant, into out: inout ByteBuffer
    ) throws {
        let verdict = index.reading(lane: lane) { contents, use in
            var verdict = contents.verdict(on: question, in: bytes, at: now)
            if let key = verdict.key, !contents.sees(caller.key, contents.portrait(key).account) { verdict = .unknown }
            if verdict == .unreadableScopes || Self.hidesUnreadable(verdict, question, bytes) {
                return Verdict.unreadableScopes
            }
            if case .valid(let key) = verdict { use.count(key, at: now) }
            VerifyAnswer.write(verdict, contents, into: &out)
            return verdict
        }
        counters.count(route, verdict)
        if verdict == .unreadableScopes { throw VerifyFault.unreadableScopes(pointer + "/scopes") }
    }
}
