// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import IssuedKeys
internal import Metering
internal import NIOCore
internal import Secrets
internal import Wire

/// `ANY /v1/authorize`: may the call that a gateway holds in its hands go through?
///
/// 200 with every identity header, or 401, 403 or 429 with a problem. Nothing here waits, and the answer's head is the
/// only thing written.
struct Authorize {
    /// What the target asks for. Only from the query of `/v1/authorize` itself: behind a longer path the query is the
    /// client's.
    private struct Options {
        var scope: Range<Int>?
        /// A scope that had to be decoded.
        var decodedScope: [UInt8]?
        /// What the call costs.
        var cost: Int64 = 1
        /// Words to count it under.
        var tags: [Range<Int>] = []
        /// The gateway passes on no 429.
        var hidesStatus = false
        /// A signed statement of who calls is wanted.
        var wantsPrincipal = false
        var isReadable = true
    }

    let core: AuthorizeCore
    let trusted: [AddressRange]
    /// An answer to HEAD ends with its head (RFC 9110, section 9.3.2); a body would be read as the next answer.
    let isHead: Bool

    /// Decides and writes the answer.
    func answer(
        _ head: borrowing RequestHead, rest: Range<Int>?, _ bytes: Span<UInt8>, peer: IPAddress?, at now: Moment,
        into out: inout ByteBuffer
    ) -> Decision {
        let options = rest == nil ? Self.options(head.target, bytes) : Options()
        let call = OriginalCall.read(head, rest: rest, bytes, peer: peer, trusting: trusted)
        guard options.isReadable else { return refuse(.refusing(.unreadableScopes), nil, head, &out) }
        switch KeyInRequest.find(head.fields, bytes) {
        case .absent:
            guard let key = Self.keyInQuery(call.query, bytes) else { return refuse(.keyMissing, nil, head, &out) }
            let joined = Joined(bytes, appending: options.decodedScope ?? [])
            let scope = options.decodedScope == nil ? options.scope : joined.appended
            return decide(key, scope, options, call, joined.bytes.span, head, at: now, fromQuery: true, &out)
        case .ambiguous: return refuse(.keyAmbiguous, nil, head, &out)
        case .at(let key):
            guard let scope = options.decodedScope else {
                return decide(key, options.scope, options, call, bytes, head, at: now, &out)
            }
            let joined = Joined(bytes, appending: scope)
            return decide(key, joined.appended, options, call, joined.bytes.span, head, at: now, &out)
        case .decoded(let key):
            var joined = Joined(bytes, appending: key)
            let range = joined.appended
            let scope = options.decodedScope.map { joined.append($0) } ?? options.scope
            return decide(range, scope, options, call, joined.bytes.span, head, at: now, &out)
        }
    }

    @inline(__always)
    private func decide(
        _ key: Range<Int>, _ scope: Range<Int>?, _ options: Options, _ call: OriginalCall, _ bytes: Span<UInt8>,
        _ head: borrowing RequestHead, at now: Moment, fromQuery: Bool = false, _ out: inout ByteBuffer
    ) -> Decision {
        var question = Question(key: key)
        question.scopes = scope
        question.method = call.method
        question.path = call.path
        question.address = call.address
        question.userAgent = head.fields.first(.userAgent).map { $0.value.start..<$0.value.end }
        question.cost = options.cost
        question.tags = options.tags
        // A key in a URL counts only where its keyspace says so; elsewhere it is as if it were not there.
        question.isFromQuery = fromQuery
        let keepAlive = head.keepAlive
        let outcome = core.decide(
            question, bytes, hidesStatus: options.hidesStatus, wantsPrincipal: options.wantsPrincipal, at: now
        ) { contents, approved, tally in
            Self.writeIdentity(contents, approved, tally, keepAlive: keepAlive, into: &out)
        }
        switch outcome {
        case .awaitsLease(let want): return .awaitsLease(want)
        case .allowed(let verdict): return .answered(verdict, status: 200)
        case .refused(let verdict): return refuse(verdict, head, &out)
        case .limited(let verdict, let problem): return refuse(problem, verdict, head, &out)
        case .flooded: return refuseFlood(options, head, &out)
        }
    }

    private func refuse(
        _ problem: Problem, _ verdict: Verdict?, _ head: borrowing RequestHead, _ out: inout ByteBuffer
    ) -> Decision {
        problem.write(into: &out, keepAlive: head.keepAlive, withBody: !isHead)
        return .answered(verdict, status: problem.status)
    }

    /// The address showed too many bad keys. Written once for all, like a key's refusal.
    private func refuseFlood(_ options: Options, _ head: borrowing RequestHead, _ out: inout ByteBuffer) -> Decision {
        if isHead { return refuse(core.gate.problem, nil, head, &out) }
        let written = options.hidesStatus ? core.gate.hiddenRefusal : core.gate.refusal
        out.writeImmutableBuffer(head.keepAlive ? written.keepAlive : written.closing)
        return .answered(nil, status: written.status)
    }

    /// A key's refusal is written once for all: a flood of bad keys should cost less than good ones.
    private func refuse(
        _ verdict: Verdict, _ head: borrowing RequestHead, _ out: inout ByteBuffer
    ) -> Decision {
        guard !isHead else { return refuse(.refusing(verdict), verdict, head, &out) }
        let written = WrittenRefusals.all[Int(verdict.code.rawValue)]
        out.writeImmutableBuffer(head.keepAlive ? written.keepAlive : written.closing)
        return .answered(verdict, status: written.status)
    }

    /// The value of `api_key` in the query of the original call; nil unless it stands there once and plainly.
    static func keyInQuery(_ query: Range<Int>?, _ bytes: Span<UInt8>) -> Range<Int>? {
        guard let query else { return nil }
        var found: [Range<Int>] = []
        QueryRewriter.forEachParameter(query, bytes) { _, name, value in
            guard let value, bytes.equals(name, "api_key"), QueryText.isPlain(bytes, value) else { return }
            found.append(value.start..<value.end)
        }
        return found.count == 1 ? found[0] : nil
    }

    /// Every identity header, always: one that is left out could be the client's own that passes (GHSA-7r4p-vjf4-gxv4).
    @inline(__always)
    private static func writeIdentity(
        _ contents: borrowing KeyIndex.Contents, _ approved: AuthorizeCore.Approved, _ tally: borrowing Tally,
        keepAlive: Bool,
        into out: inout ByteBuffer
    ) {
        let (key, principal) = (approved.key, approved.principal)
        let scopes = contents.scopeText(of: key, by: approved.token)
        let portrait = contents.portrait(key)
        let keyspace = contents.keyspaceName(of: key)
        let environment = contents.environment(of: key)
        let most = 512 + keyspace.utf8.count + environment.utf8.count + scopes.count + principal.count
        out.writePiece(atMost: most) { pen in
            pen.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nX-Bitting-Key-Id: key_")
            pen.write(identifier: (portrait.id.high, portrait.id.low))
            switch portrait.owner {
            case .account: pen.write("\r\nX-Bitting-Owner-Type: account\r\nX-Bitting-Owner-Id: acc_")
            case .app: pen.write("\r\nX-Bitting-Owner-Type: app\r\nX-Bitting-Owner-Id: app_")
            case .user: pen.write("\r\nX-Bitting-Owner-Type: user\r\nX-Bitting-Owner-Id: usr_")
            }
            pen.write(identifier: portrait.owner.bits)
            pen.write("\r\nX-Bitting-Account: acc_")
            pen.write(identifier: (portrait.account.high, portrait.account.low))
            pen.write("\r\nX-Bitting-Keyspace: ")
            pen.write(keyspace)
            pen.write("\r\nX-Bitting-Environment: ")
            pen.write(environment)
            pen.write("\r\nX-Bitting-Scopes: ")
            pen.write(scopes)
            pen.write("\r\nX-Bitting-Principal: ")
            pen.write(principal)
            pen.write("\r\n")
        }
        if portrait.isRetiring { RetiringNotice(portrait)?.write(into: &out) }
        LimitAnswer.write(tally, contents.limits(of: key), into: &out)
        out.writeStaticString(keepAlive ? "\r\n" : "Connection: close\r\n\r\n")
    }

    /// Reads `?scope=…&cost=…&tag=…&status=nginx`.
    private static func options(_ target: Slice, _ bytes: Span<UInt8>) -> Options {
        var options = Options()
        guard let mark = bytes.firstIndex(of: 0x3F, in: target) else { return options }
        var start = mark + 1
        while start < target.end {
            let end = bytes.firstIndex(of: 0x26, in: Slice(start: start, end: target.end)) ?? target.end
            let equals = bytes.firstIndex(of: 0x3D, in: Slice(start: start, end: end)) ?? end
            let name = Slice(start: start, end: equals)
            let value = Slice(start: min(equals + 1, end), end: end)
            if bytes.equals(name, "scope") {
                guard options.scope == nil, options.decodedScope == nil else { options.isReadable = false; break }
                if QueryText.isPlain(bytes, value) {
                    options.scope = value.start..<value.end
                } else if let decoded = QueryText.decode(bytes, value) {
                    options.decodedScope = decoded
                } else {
                    options.isReadable = false
                }
            } else if bytes.equals(name, "status") {
                options.hidesStatus = bytes.equals(value, "nginx")
                options.isReadable = options.isReadable && options.hidesStatus
            } else if bytes.equals(name, "cost"), let cost = cost(value, bytes) {
                options.cost = cost
            } else if bytes.equals(name, "tag"), options.tags.count < VerifyQuestion.mostTags,
                (1...VerifyQuestion.longestTag).contains(value.count), QueryText.isPlain(bytes, value)
            {
                options.tags.append(value.start..<value.end)
            } else if bytes.equals(name, "principal"), bytes.equals(value, "1") || bytes.equals(value, "0") {
                options.wantsPrincipal = bytes.equals(value, "1")
            } else {
                options.isReadable = false
            }
            start = end + 1
        }
        return options
    }
}

extension Authorize {
    /// A cost in up to ten decimal digits; nil for anything else.
    static func cost(_ value: Slice, _ bytes: Span<UInt8>) -> Int64? {
        guard (1...10).contains(value.count) else { return nil }
        var cost: Int64 = 0
        for position in value.start..<value.end {
            guard (0x30...0x39).contains(bytes[position]) else { return nil }
            cost = cost * 10 + Int64(bytes[position] - 0x30)
        }
        return VerifyQuestion.costs.contains(cost) ? cost : nil
    }
}

/// A message's bytes with more behind them, so that ranges of both are ranges of one.
struct Joined {
    private(set) var bytes: [UInt8]
    /// Where the first addition stands.
    let appended: Range<Int>

    init(_ message: Span<UInt8>, appending more: [UInt8]) {
        bytes = message.copy(Slice(start: 0, end: message.count))
        appended = bytes.count..<(bytes.count + more.count)
        bytes.append(contentsOf: more)
    }

    mutating func append(_ more: [UInt8]) -> Range<Int> {
        let start = bytes.count
        bytes.append(contentsOf: more)
        return start..<bytes.count
    }
}

/// The values of a query string.
enum QueryText {
    /// Whether a value means what it says, without `%` and `+`.
    static func isPlain(_ bytes: Span<UInt8>, _ value: Slice) -> Bool {
        for position in value.start..<value.end where bytes[position] == 0x25 || bytes[position] == 0x2B {
            return false
        }
        return true
    }

    /// The value with `%XX` and `+` resolved; nil for a broken escape.
    static func decode(_ bytes: Span<UInt8>, _ value: Slice) -> [UInt8]? {
        var decoded: [UInt8] = []
        var position = value.start
        while position < value.end {
            let byte = bytes[position]
            if byte == 0x25 {
                guard position + 2 < value.end, let high = Hexadecimal.value(of: bytes[position + 1]),
                    let low = Hexadecimal.value(of: bytes[position + 2])
                else { return nil }
                decoded.append(high << 4 | low)
                position += 3
            } else {
                decoded.append(byte == 0x2B ? 0x20 : byte)
                position += 1
            }
        }
        return decoded
    }

    /// The text with `%XX` and `+` resolved; an escape that is broken stands for itself.
    static func forgivinglyDecoded(_ bytes: Span<UInt8>, _ text: Slice) -> [UInt8] {
        var decoded: [UInt8] = []
        var position = text.start
        while position < text.end {
            let byte = bytes[position]
            if byte == 0x25, position + 2 < text.end, let high = Hexadecimal.value(of: bytes[position + 1]),
                let low = Hexadecimal.value(of: bytes[position + 2])
            {
                decoded.append(high << 4 | low)
                position += 3
            } else {
                decoded.append(byte == 0x2B ? 0x20 : byte)
                position += 1
            }
        }
        return decoded
    }
}
