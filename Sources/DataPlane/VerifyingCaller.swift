// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import IssuedKeys
internal import Metering
internal import Wire

/// Who may ask about others' keys: a management key, or a token of one, with the scope `keys:verify`. Its own use is
/// counted like any other's.
struct VerifyingCaller {
    let index: KeyIndex
    let lane: Int
    let gate: SourceGate
    let tokens: TokenReader

    /// The management key behind a request.
    ///
    /// - Parameter isAgain: the request was looked at before; its caller is counted once.
    func find(
        _ head: borrowing RequestHead, _ bytes: Span<UInt8>, peer: IPAddress?, isAgain: Bool = false, at now: Moment
    ) throws(CallerRefusal) -> KeyPosition {
        switch KeyInRequest.find(head.fields, bytes) {
        case .absent: throw CallerRefusal(problem: .keyMissing)
        case .ambiguous: throw CallerRefusal(problem: .keyAmbiguous)
        case .at(let range): return try judge(range, bytes, peer, isAgain, at: now)
        case .decoded(let key): return try judge(0..<key.count, key.span, peer, isAgain, at: now)
        }
    }

    /// The management key whose text stands at `range`.
    func judge(
        _ range: Range<Int>, _ bytes: Span<UInt8>, _ peer: IPAddress?, _ isAgain: Bool = false, at now: Moment
    ) throws(CallerRefusal) -> KeyPosition {
        var question = Question(key: range)
        question.address = peer
        let text = bytes.extracting(range)
        guard gate.admits(text, from: peer, tick: now.tick) else { throw CallerRefusal(problem: gate.problem) }
        question.token = tokens.token(in: text, at: now.at)
        let judged: (verdict: Verdict, key: KeyPosition?) = index.reading(lane: lane) { contents, use in
            let verdict = contents.verdict(on: question, in: bytes, at: now.at)
            guard case .valid(let key) = verdict, contents.holdsVerifyPermission(key, by: question.token) else {
                return (verdict, nil)
            }
            if !isAgain { use.record(verdict, of: question, in: bytes, at: now.at) }
            return (verdict, key)
        }
        gate.note(judged.verdict, text, from: peer, tick: now.tick)
        if let key = judged.key { return key }
        let isKnown = judged.verdict.code == .valid || judged.verdict.code == .insufficientScope
        throw CallerRefusal(problem: isKnown ? Self.missingScope : .refusing(judged.verdict))
    }

    private static let missingScope = Problem(
        status: 403, code: "missing_scope", title: "Scope missing",
        detail: "Verifying needs a management key with the scope keys:verify.",
        fix: "Use such a key; `bitting key create --keyspace bitting --scope keys:verify` makes one.")
}

/// Why a caller may not ask.
struct CallerRefusal: Error { let problem: Problem }

extension KeyIndex.Contents {
    /// Whether what was shown is of a management key that may verify others.
    @inline(__always)
    fileprivate borrowing func holdsVerifyPermission(_ key: KeyPosition, by token: ShownToken?) -> Bool {
        holdsVerifyPermission(key) && (token == nil || scopes(of: key, by: token).covers(Permission.keysVerify))
    }
}
