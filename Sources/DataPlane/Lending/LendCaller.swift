// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import HeldKeys
internal import IssuedKeys
internal import Metering
internal import NIOCore
internal import Secrets
internal import Wire

/// Which app makes a lent call, and where its key stood.
///
/// The key may stand in the usual places, or exactly where the provider's own key would, so that a vendor's SDK works
/// unchanged. Which provider that is becomes known only from the app, so any header, Basic password or query
/// parameter is looked at; what has the form and checksum of a key is one.
enum LendCaller {
    /// Where a key stood.
    enum Place: Equatable {
        /// One of the places every call may use.
        case usual
        case field(String)
        case basic
        case parameter(String)
        case path

        /// Whether a key may stand there for this provider.
        func isRight(for slots: [CredentialSlot]) -> Bool {
            self == .usual || slots.contains { isIn($0) }
        }

        private func isIn(_ slot: CredentialSlot) -> Bool {
            switch (self, slot) {
            case (.usual, _): true
            case (.field(let name), .header(let own, _)): name == own.lowercased()
            case (.field(let name), .awsSignature), (.field(let name), .clientCredentials): name == "authorization"
            case (.field(let name), .signature(let signature)):
                signature.fields.contains { $0.name.lowercased() == name }
            case (.basic, .basic): true
            case (.parameter(let name), .query(let own, _)): name == own
            case (.path, .path): true
            case (.field, _), (.basic, _), (.parameter, _), (.path, _): false
            }
        }
    }

    /// An app that calls.
    struct Caller {
        let app: AppID
        /// Every place where its key stood.
        let places: [Place]
        /// The path without the segment its key stood in; nil where it stood in none.
        let path: Range<Int>?
        /// The key, for the charge that follows in the same turn of the event loop.
        let key: KeyPosition
        let id: KeyID
        /// Where it calls from; nil when that is not known.
        let address: IPAddress?
        let isMetered: Bool
        /// What to tell it when its secret was replaced.
        let notice: RetiringNotice?
    }

    enum Outcome {
        case caller(Caller)
        case refused(Problem)
    }

    static func find(
        _ given: LendRequest.Given, _ target: LendTarget, _ state: EventLoopState, at now: Moment
    ) -> Outcome {
        let bytes = given.message.readableBytesUInt8Span
        let fields = given.head.fields
        let elsewhere = Elsewhere(fields, bytes, path: target.path, target.query)
        if let entrance = given.entrance {
            // What stands in the request itself is dropped where the provider's key goes; a Bitting key must not leave
            // anywhere else.
            var joined = Joined(bytes, appending: entrance.key)
            // A key that is bound to routes is bound to the same ones as under /lend.
            let path = bytes.copy(Slice(start: target.path.lowerBound, end: target.path.upperBound))
            let route = joined.append(entrance.lendPath + path)
            return judge(joined.appended, joined.bytes.span, elsewhere, [], given, route, state, at: now)
        }
        switch KeyInRequest.find(fields, bytes) {
        case .ambiguous: return .refused(Problem.keyAmbiguous.onLend("unknown"))
        case .at(let key):
            if elsewhere.holdsAnother(than: bytes.copy(Slice(start: key.lowerBound, end: key.upperBound))) {
                return .refused(Problem.keyAmbiguous.onLend("unknown"))
            }
            return judge(key, bytes, elsewhere, [.usual], given, target.whole, state, at: now)
        case .decoded(let user) where KeyText.isWellFormed(user.span) || elsewhere.found.isEmpty:
            if elsewhere.holdsAnother(than: user) { return .refused(Problem.keyAmbiguous.onLend("unknown")) }
            let joined = Joined(bytes, appending: user)
            return judge(joined.appended, joined.bytes.span, elsewhere, [.usual], given, target.whole, state, at: now)
        case .decoded, .absent:
            guard let first = elsewhere.found.first else { return .refused(Problem.keyMissing.onLend("unknown")) }
            if elsewhere.holdsAnother(than: first.key) { return .refused(Problem.keyAmbiguous.onLend("unknown")) }
            let joined = Joined(bytes, appending: first.key)
            return judge(joined.appended, joined.bytes.span, elsewhere, [], given, target.whole, state, at: now)
        }
    }

    private static func judge(
        _ key: Range<Int>, _ bytes: Span<UInt8>, _ elsewhere: Elsewhere, _ usual: [Place], _ given: LendRequest.Given,
        _ route: Range<Int>, _ state: EventLoopState, at now: Moment
    ) -> Outcome {
        let head = given.head
        var question = Question(key: key)
        question.method = head.method.start..<head.method.end
        question.path = route
        // What a program says inside a tunnel is meant for the provider.
        question.address =
            given.entrance == nil
            ? OriginalCall.caller(head, bytes, peer: given.peer, trusting: state.trusted) : given.peer
        let text = bytes.extracting(key)
        guard state.gate.admits(text, from: question.address, tick: now.tick) else {
            return .refused(state.gate.problem.onLend("rate_limited"))
        }
        question.token = state.tokens.token(in: text, at: now.at)
        question.userAgent = head.fields.first(.userAgent).map { $0.value.start..<$0.value.end }
        let (verdict, portrait, isMetered) = state.index.reading(lane: state.lane) { contents, use in
            let verdict = contents.verdict(on: question, in: bytes, at: now.at)
            let isMetered = verdict.key.map { contents.isMetered($0) } ?? false
            use.record(verdict, of: question, in: bytes, at: now.at)
            guard case .valid(let key) = verdict else { return (verdict, KeyIndex.Contents.Portrait?.none, false) }
            return (verdict, contents.portrait(key), isMetered)
        }
        state.counters.count(.lend, verdict)
        state.gate.note(verdict, text, from: question.address, tick: now.tick)
        guard case .valid(let found) = verdict else {
            return .refused(Problem.refusing(verdict).onLend("\(verdict.holderCode)"))
        }
        guard let portrait, case .app(let app) = portrait.owner else { return .refused(.lend(.integrationUnknown)) }
        return .caller(
            Caller(
                app: app, places: usual + elsewhere.places, path: elsewhere.path, key: found, id: portrait.id,
                address: question.address, isMetered: isMetered,
                notice: RetiringNotice(portrait)))
    }

    /// Key texts outside the usual places.
    private struct Elsewhere {
        private(set) var found: [(key: [UInt8], place: Place)] = []
        /// The path behind a first segment that holds a key.
        private(set) var path: Range<Int>?

        init(_ fields: FieldSection, _ bytes: Span<UInt8>, path: Range<Int>, _ query: Range<Int>?) {
            for field in fields where field.known != .xAPIKey { look(field, bytes) }
            look(path: path, bytes)
            if let query { look(query, bytes) }
        }

        var places: [Place] { found.map(\.place) }

        func holdsAnother(than key: [UInt8]) -> Bool { found.contains { $0.key != key } }

        private mutating func look(_ field: Field, _ bytes: Span<UInt8>) {
            if field.known == .authorization, let password = Self.password(field.value, bytes) {
                return add(password, .basic)
            }
            let isBearer = field.known == .authorization && bytes.startsIgnoringCase(field.value, with: "bearer ")
            guard !isBearer else { return }
            if field.known == .authorization, let id = Self.accessKeyID(field.value, bytes) {
                return add(id, .field("authorization"))
            }
            var start = field.value.end
            while start > field.value.start, bytes[start - 1] != 0x20, bytes[start - 1] != 0x3D { start -= 1 }
            guard field.value.end - start >= 40 else { return }
            add(bytes.copy(Slice(start: start, end: field.value.end)), .field(bytes.text(field.name).lowercased()))
        }

        /// `AWS4-HMAC-SHA256 Credential=<id>/…`
        private static func accessKeyID(_ value: Slice, _ bytes: Span<UInt8>) -> [UInt8]? {
            guard bytes.startsIgnoringCase(value, with: "aws4-hmac-sha256 ") else { return nil }
            let text = bytes.copy(value)
            guard let start = text.firstRange(of: Array("Credential=".utf8))?.upperBound else { return nil }
            return Array(text[start...].prefix { $0 != 0x2F && $0 != 0x2C && $0 != 0x20 })
        }

        private static func password(_ value: Slice, _ bytes: Span<UInt8>) -> [UInt8]? {
            guard value.count > 6, bytes.startsIgnoringCase(value, with: "basic "),
                let pair = Base64.decode(bytes, bytes.trimmed(Slice(start: value.start + 6, end: value.end))),
                let colon = pair.firstIndex(of: 0x3A)
            else { return nil }
            return Array(pair[(colon + 1)...])
        }

        private mutating func look(path: Range<Int>, _ bytes: Span<UInt8>) {
            var start = path.lowerBound
            while start < path.upperBound {
                let rest = Slice(start: start, end: path.upperBound)
                let end = bytes.firstIndex(of: 0x2F, in: rest) ?? path.upperBound
                if end - start >= 40, look(segment: Slice(start: start, end: end), bytes),
                    start == path.lowerBound + 1, end < path.upperBound
                {
                    self.path = end..<path.upperBound
                }
                start = end + 1
            }
        }

        /// A key may stand behind a few letters of the provider's own: `/bot<key>/sendMessage`.
        private mutating func look(segment: Slice, _ bytes: Span<UInt8>) -> Bool {
            for skipped in 0...8 where segment.count - skipped >= 40 {
                let text = bytes.copy(Slice(start: segment.start + skipped, end: segment.end))
                guard KeyText.isWellFormed(text.span) else { continue }
                found.append((text, .path))
                return true
            }
            return false
        }

        private mutating func look(_ query: Range<Int>, _ bytes: Span<UInt8>) {
            QueryRewriter.forEachParameter(query, bytes) { whole, name, value in
                guard let value, value.count >= 40, let text = QueryText.decode(bytes, value),
                    let decodedName = QueryText.decode(bytes, name)
                else { return }
                add(text, .parameter(String(decoding: decodedName, as: UTF8.self)))
            }
        }

        private mutating func add(_ text: [UInt8], _ place: Place) {
            if KeyText.isWellFormed(text.span) { found.append((text, place)) }
        }
    }
}

extension Verdict {
    /// The code as the key's holder may know it.
    var holderCode: StaticString { self == .malformed ? VerdictCode.unknown.text : code.text }
}
