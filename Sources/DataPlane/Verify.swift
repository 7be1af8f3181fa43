// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import IssuedKeys
internal import Metering
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
    let meters: Meters
    let lender: any Lender
    let gate: SourceGate
    let tokens: TokenReader

    struct Caller { let key: KeyPosition }

    var callers: VerifyingCaller { VerifyingCaller(index: index, lane: lane, gate: gate, tokens: tokens) }

    /// What is asked, by path.
    enum Kind { case one, batch, settlement, unkey }

    /// What a batch has answered so far, kept while one of its keys waits for a lease.
    struct Progress {
        var decided = 0
        var written = ByteBuffer()
        /// Whether the request was looked at before; its caller is counted once.
        var isAgain = false
    }

    /// Answers one request whose body is whole.
    func answer(
        _ head: borrowing RequestHead, _ bytes: Span<UInt8>, body: Span<UInt8>, _ kind: Kind, peer: IPAddress?,
        at now: Moment, progress: inout Progress, scratch: inout ByteBuffer, into out: inout ByteBuffer
    ) -> Decision {
        do {
            let caller = Caller(key: try callers.find(head, bytes, peer: peer, isAgain: progress.isAgain, at: now))
            progress.isAgain = true
            try Self.checkContentType(head, bytes)
            scratch.clear()
            var reader = JSONReader()
            switch kind {
            case .batch: try batch(&reader, body, caller, &progress, at: now, into: &scratch)
            case .one:
                let asked = try VerifyQuestion.read(&reader, body)
                try reader.finish(body)
                try decide(asked, body, caller, .verify, "", at: now, into: &scratch)
            case .unkey: try unkey(&reader, body, caller, at: now, into: &scratch)
            case .settlement: try settle(&reader, body, caller, progress.decided > 0, into: &scratch)
            }
            out.writeStaticString(
                "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nCache-Control: no-store\r\nContent-Length: ")
            out.writeDecimal(scratch.readableBytes)
            out.writeStaticString(head.keepAlive ? "\r\n\r\n" : "\r\nConnection: close\r\n\r\n")
            out.writeImmutableBuffer(scratch)
            return .answered(nil, status: 200)
        } catch let wait as AwaitsLease {
            if wait.isSettled { progress.decided = 1 }
            return .awaitsLease(wait.want)
        } catch {
            var problem = Self.problem(error)
            problem.isForUnkey = kind == .unkey
            problem.write(into: &out, keepAlive: head.keepAlive)
            return .answered(nil, status: problem.status)
        }
    }

    static func problem(_ error: any Error) -> Problem {
        switch error {
        case let fault as JSONFault: VerifyFault.problem(fault)
        case let fault as VerifyFault: fault.problem
        case let refusal as CallerRefusal: refusal.problem
        case let fault as UnkeyFault: fault.problem
        default:
            Problem(
                status: 500, code: "internal", title: "Something broke", detail: "Something broke on our side.",
                fix: "Try again; if it stays, tell whoever runs this service.")
        }
    }

    /// The answer waits for a lease.
    struct AwaitsLease: Error {
        let want: Want
        /// The settlement is made; only that storage knows of it is awaited.
        var isSettled = false
    }

    static func checkContentType(_ head: borrowing RequestHead, _ bytes: Span<UInt8>) throws {
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
        _ reader: inout JSONReader, _ body: Span<UInt8>, _ caller: Caller, _ progress: inout Progress, at now: Moment,
        into out: inout ByteBuffer
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
        out.writeImmutableBuffer(progress.written)
        for position in progress.decided..<questions.count {
            let start = out.writerIndex
            if position > 0 { out.writeStaticString(",") }
            try decide(questions[position], body, caller, .batch, "/items/\(position)", at: now, into: &out)
            progress.decided += 1
            if let item = out.getSlice(at: start, length: out.writerIndex - start) {
                progress.written.writeImmutableBuffer(item)
            }
        }
        out.writeStaticString("]}")
    }

    private func decide(
        _ asked: VerifyQuestion, _ body: Span<UInt8>, _ caller: Caller, _ route: Counters.Route, _ pointer: String,
        at now: Moment, into out: inout ByteBuffer
    ) throws {
        if asked.extra.isEmpty {
            try decide(asked, asked.question, body, caller, route, pointer, at: now, into: &out)
        } else {
            let joined = Joined(body, appending: asked.extra)
            try decide(asked, asked.question, joined.bytes.span, caller, route, pointer, at: now, into: &out)
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
        _ asked: VerifyQuestion, _ unseen: Question, _ bytes: Span<UInt8>, _ caller: Caller, _ route: Counters.Route,
        _ pointer: String, at now: Moment, into out: inout ByteBuffer
    ) throws {
        var question = unseen
        question.viewer = caller.key
        question.token = tokens.token(in: bytes.extracting(question.key), at: now.at)
        var low: Want?
        var reserved = true
        let admission = index.reading(lane: lane) { contents, use in
            let admission = contents.admit(
                question, in: bytes, at: now, holding: asked.reserves != nil, by: meters, into: &use.tally)
            guard case .decided(let verdict) = admission else { return admission }
            if verdict == .unreadableScopes || Self.hidesUnreadable(verdict, question, bytes) {
                return .decided(.unreadableScopes)
            }
            low = use.tally.low
            var reservation: (id: ReservationID, end: Instant)?
            if case .valid(let key) = verdict, let length = asked.reserves {
                reservation = reserve(key, contents, question.cost, length, at: now)
                guard reservation != nil else {
                    reserved = false
                    return admission
                }
            }
            use.record(verdict, of: question, in: bytes, at: now.at)
            VerifyAnswer.write(
                verdict, question.token, contents, use.tally, reservation, at: now.at, into: &out)
            return admission
        }
        if let low { lender.refill(low) }
        guard reserved else { throw CallerRefusal(problem: .tooManyReservations) }
        switch admission {
        case .awaitsLease(let want): throw AwaitsLease(want: want)
        case .decided(let verdict):
            counters.count(route, verdict)
            if verdict == .unreadableScopes { throw VerifyFault.unreadableScopes(pointer + "/scopes") }
        }
    }

    /// Keeps what was taken until it is settled; nil when there are too many, and then all is given back.
    private func reserve(
        _ key: KeyPosition, _ contents: borrowing KeyIndex.Contents, _ cost: Int64, _ length: Length, at now: Moment
    ) -> (id: ReservationID, end: Instant)? {
        var generator = SystemRandomNumberGenerator()
        let id = ReservationID(at: now.at, using: &generator)
        let (payer, set, budgets) = (contents.payer(key), contents.limits(of: key), contents.budgets(of: key))
        let isKept = meters.reserve(
            id, payer, set, budgets, cost: cost, account: contents.portrait(key).account,
            until: now.tick + UInt64(length.milliseconds) * 1_000_000)
        guard isKept else {
            meters.giveBack(payer, set, budgets, cost: cost)
            return nil
        }
        return (id, now.at + length)
    }
}
