// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import HeldKeys
internal import IssuedKeys
internal import Metering
internal import NIOCore
internal import Wire

/// `GET /lend/{integration}` and `GET /lend`: what the caller may do, and never a value.
enum LendCard {
    /// What is asked for.
    enum Subject {
        case one([UInt8])
        case all
    }

    enum Outcome {
        case answer(WrittenAnswer)
        case refused(Problem)
        case awaitsLease(Want)
    }

    private static let namesAtOnce = 1000

    /// Nil for a call that is to be lent.
    static func subject(_ head: borrowing RequestHead, _ bytes: Span<UInt8>) -> Subject? {
        guard bytes.equals(head.method, "GET") || bytes.equals(head.method, "HEAD"),
            bytes.firstIndex(of: 0x23, in: head.target) == nil
        else { return nil }
        let path = OriginalCall.withoutQuery(head.target.start..<head.target.end, bytes)
        guard path.count > 6 else { return .all }
        let name = Slice(start: path.lowerBound + 6, end: path.upperBound)
        guard name.count <= 64, bytes.firstIndex(of: 0x2F, in: name) == nil,
            bytes.firstIndex(of: 0x25, in: name) == nil
        else { return nil }
        return .one(bytes.copy(name))
    }

    static func answer(
        _ subject: Subject, _ head: RequestHead, _ message: ByteBuffer, _ state: EventLoopState, peer: IPAddress?,
        at now: Moment
    ) -> Outcome {
        let bytes = message.readableBytesUInt8Span
        let target = LendTarget(card: head.target, bytes)
        let given = LendRequest.Given(head: head, message: message, body: nil, peer: peer, entrance: nil)
        let found = LendCaller.find(given, target, state, at: now)
        guard case .caller(let caller) = found else {
            guard case .refused(let problem) = found else { preconditionFailure("there are two outcomes") }
            return .refused(problem)
        }
        switch subject {
        case .all: return .answer(list(caller, QueryRewriter.parameters(target.query, bytes), state, at: now))
        case .one(let name):
            guard let loan = state.lending.find(app: caller.app, .name(name)) else {
                return .refused(.lend(.integrationUnknown))
            }
            guard caller.places.allSatisfy({ $0.isRight(for: loan.isWhole ? loan.provider.slots : []) }) else {
                return .refused(Problem.keyMissing.onLend("unknown"))
            }
            let place = LendAddress(head, bytes, state, peer: peer)
            return one(LendCharge(caller: caller, loan: loan, state: state, now: now), place)
        }
    }

    private static func one(_ charge: LendCharge, _ place: LendAddress) -> Outcome {
        var writer = JSONWriter()
        var left: (tally: Tally, set: LimitSet)?
        if let want = charge.look({ left = ($0, $1) }) { return .awaitsLease(want) }
        writer.object { writer in
            writer.members(of: charge.loan, at: charge.now.at)
            writer.member("base_url", place.url(of: charge.loan.integration.name))
            writer.members(of: left?.tally ?? Tally(), left?.set ?? .none)
        }
        return .answer(WrittenAnswer(body: writer.bytes))
    }

    /// The integrations by name, some at a time; `cursor` is the last name of the page before.
    private static func list(
        _ caller: LendCaller.Caller, _ query: [QueryParameter]?, _ state: EventLoopState, at now: Moment
    ) -> WrittenAnswer {
        let cursor = query?.first { $0.name == Array("cursor".utf8) }.map { String(decoding: $0.value, as: UTF8.self) }
        let loans = state.lending.loans(app: caller.app, after: cursor, limit: namesAtOnce + 1)
        var writer = JSONWriter()
        writer.object { writer in
            writer.key("items")
            writer.array { writer in
                for loan in loans.prefix(namesAtOnce) {
                    writer.object { writer in
                        writer.member("name", loan.integration.name)
                        writer.member("integration", loan.integration.id.description)
                        writer.member("provider", loan.credential?.provider)
                        writer.member("state", loan.shownState(at: now.at))
                    }
                }
            }
            writer.member(
                "next_cursor", loans.count > namesAtOnce ? loans[namesAtOnce - 1].integration.name : nil)
        }
        return WrittenAnswer(body: writer.bytes)
    }
}

/// Where the caller reached us, as it says itself.
struct LendAddress {
    private let authority: String?
    private let scheme: String

    /// The scheme is `http` unless a trusted peer says that it was reached by another.
    init(_ head: borrowing RequestHead, _ bytes: Span<UInt8>, _ state: EventLoopState, peer: IPAddress?) {
        var (authority, scheme) = (String?.none, "http")
        let isTrusted = peer.map { peer in state.trusted.contains { $0.contains(peer) } } ?? true
        for field in head.fields {
            let value = Slice(start: field.value.start, end: field.value.end)
            if bytes.equalsIgnoringCase(field.name, "host") { authority = bytes.text(value) }
            if isTrusted, bytes.equalsIgnoringCase(field.name, "x-forwarded-proto"),
                bytes.equalsIgnoringCase(value, "https")
            {
                scheme = "https"
            }
        }
        self.authority = authority
        self.scheme = scheme
    }

    /// What stands before the provider's path; nil without a `Host`.
    func url(of name: String) -> String? { authority.map { "\(scheme)://\($0)/lend/\(name)" } }
}

extension Loan {
    /// The integration's state, or that its time is over, or that the held key cannot be lent.
    func shownState(at now: Instant) -> String {
        if integration.state == .active {
            if let end = integration.expiresAt, now >= end { return "expired" }
            if !isWhole { return "unavailable" }
        }
        return integration.state.rawValue
    }
}

extension Connection {
    /// Answers what may be done through an integration.
    func show(_ subject: LendCard.Subject) -> Bool {
        let message = pending
        switch LendCard.answer(subject, parser.request, message, state, peer: peer, at: clocks.now) {
        case .refused(let problem):
            state.counters.countLent(code: problem.lendError)
            return refuse(problem, .lend)
        case .awaitsLease(let want): return park(.lend, want)
        case .answer(let answer):
            let isHead = message.readableBytesUInt8Span.equals(parser.request.method, "HEAD")
            answer.write(into: &out, keepAlive: parser.request.keepAlive, withBody: !isHead)
            return finish(.lend, answer.status)
        }
    }
}
