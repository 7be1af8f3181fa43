// SPDX-License-Identifier: Apache-2.0
import Access
import IssuedKeys
import Secrets
import TestKit
import Testing

/// One call as a test makes it: decided and recorded as the data plane does.
struct Deed {
    var key: [UInt8]
    var scopes: String?
    var address: String?
    var userAgent: String?
    var tags: [String] = []
    var cost: Int64 = 1
    var now = FixedTime.start

    @discardableResult
    func done(on index: KeyIndex, lane: Int = 0) -> VerdictCode {
        var bytes = key
        func place(_ text: String) -> Range<Int> {
            let start = bytes.count
            bytes += Array(text.utf8)
            return start..<bytes.count
        }
        var question = Question(key: 0..<key.count)
        question.scopes = scopes.map(place)
        question.userAgent = userAgent.map(place)
        question.tags = tags.map(place)
        question.address = address.flatMap { IPAddress($0) }
        question.cost = cost
        return index.reading(lane: lane) { contents, use in
            let verdict = contents.verdict(on: question, in: bytes.span, at: now)
            use.record(verdict, of: question, in: bytes.span, at: now)
            return verdict.code
        }
    }
}

@Suite struct UseCountTests {
    /// Counts as plainly as can be, to hold the real ones against.
    private struct Model: Equatable {
        struct Row: Hashable {
            let key: KeyID
            let row: UseCount.Row
        }
        var counts: [Row: [Int64]] = [:]
        var needs: [KeyID: [Scope?: Instant]] = [:]
        var stragglers: [KeyID: [Visitor: [Int64]]] = [:]

        mutating func add(_ key: KeyID, _ row: UseCount.Row, _ uses: Int64, _ cost: Int64) {
            counts[Row(key: key, row: row), default: [0, 0]][0] += uses
            counts[Row(key: key, row: row), default: [0, 0]][1] += cost
        }

        mutating func add(_ key: KeyID, _ straggler: StragglerCount) {
            let known = stragglers[key]?[straggler.visitor] ?? [0, .max, .min]
            stragglers[key, default: [:]][straggler.visitor] = [
                known[0] + straggler.uses, min(known[1], straggler.firstAt.milliseconds),
                max(known[2], straggler.lastAt.milliseconds),
            ]
        }

        mutating func add(_ taken: [KeyUseCount]) {
            for use in taken {
                for count in use.counts { add(use.key, count.row, count.uses, count.cost) }
                for need in use.needs { add(use.key, need) }
                for straggler in use.stragglers { add(use.key, straggler) }
            }
        }

        mutating func add(_ key: KeyID, _ need: NeededScope) {
            let known = needs[key, default: [:]][need.scope]
            needs[key, default: [:]][need.scope] = max(known ?? need.lastAt, need.lastAt)
        }
    }

    @Test(
        "what lanes count is what a plain model counts: codes, minutes, costs, tags, needs and stragglers",
        arguments: 0..<20)
    func agreesWithModel(seed: UInt64) {
        var random = Seeded(seed)
        var maker = KeyMaker(seed: seed)
        let old = maker.secretText()
        let index = KeyIndex(lanes: 3)
        var samples = (0..<12).map { number in
            maker.key(["a:b c:d", "a:*", ""][number % 3]) { key in
                if number % 4 == 3 { key.expiresAt = FixedTime.start(plus: 300) }
            }
        }
        let rotated = maker.key("a:b") { key in
            key.secrets.append(
                KeySecret(
                    digest: Digest(of: old.span), role: .retiring, createdAt: FixedTime.start,
                    retiringSince: FixedTime.start))
        }
        samples += [rotated, SampleKey(key: rotated.key, text: old)]
        index.apply(maker.setting + samples.map { .key($0.key) })
        var model = Model()
        var taken = Model()
        for _ in 0..<3000 {
            let sample = random.pick(samples)
            // The clock steps forth and back.
            let deed = Deed(
                key: sample.text, scopes: random.pick([nil, "a:b", "a:b OR c:d", "(a:x) AND a:y", "c:d"]),
                address: random.pick([nil, "192.0.2.1", "2001:db8::7", "10.1.2.3"]),
                userAgent: random.pick([nil, "curl/8.5", "okhttp"]),
                tags: random.pick([[], [], ["nightly"], ["nightly", "eu"], [""]]), cost: Int64(random.below(50)),
                now: FixedTime.start(plus: Int64(random.below(600)) - 100))
            let code = deed.done(on: index, lane: random.below(3))
            Self.expect(deed, sample, code, in: &model)
            if random.below(200) == 0 { taken.add(index.takeUses()) }
        }
        taken.add(index.takeUses())
        // Not compared within the expectation, which would print thousands of counts.
        let isSame = (
            counts: taken.counts == model.counts, needs: taken.needs == model.needs,
            taken.stragglers == model.stragglers
        )
        #expect(isSame == (true, true, true))
        #expect(index.takeUses().isEmpty)
    }

    private static func expect(_ deed: Deed, _ sample: SampleKey, _ code: VerdictCode, in model: inout Model) {
        let key = sample.key
        let minute = deed.now.minute
        let isValid = code == .valid
        let cost = isValid ? deed.cost : 0
        for tag in [nil] + deed.tags.filter({ !$0.isEmpty }).map(Optional.some) {
            model.add(key.id, UseCount.Row(minute: minute, code: code, tag: tag), 1, cost)
        }
        if isValid {
            let asked = deed.scopes.map { ScopeQuery.scopes(in: Array($0.utf8)) }
            let needs: [Scope?] = asked.map { $0.filter(key.scopes.covers) } ?? [nil]
            for scope in needs {
                model.add(key.id, NeededScope(scope: scope, lastAt: Instant(milliseconds: minute * 60_000)))
            }
        }
        guard let secret = key.secrets.last(where: { $0.role == .retiring }),
            secret.digest == Digest(of: sample.text.span)
        else { return }
        let visitor = Visitor(address: deed.address.flatMap { IPAddress($0) }, userAgent: deed.userAgent)
        model.add(
            key.id,
            StragglerCount(secret: secret.digest, visitor: visitor, uses: 1, firstAt: deed.now, lastAt: deed.now))
    }

    @Test("the last accepted call tells its visitor, before the flush and after, and a refused one does not")
    func lastVisitor() {
        var maker = KeyMaker(seed: 1)
        let sample = maker.key("a:b")
        let index = KeyIndex(lanes: 2)
        index.apply(maker.setting + [.key(sample.key)])
        Deed(key: sample.text, address: "192.0.2.1", userAgent: "first").done(on: index)
        Deed(key: sample.text, address: "192.0.2.2", userAgent: "second", now: FixedTime.start(plus: 7)).done(
            on: index, lane: 1)
        Deed(key: sample.text, scopes: "x:y", address: "192.0.2.3", userAgent: "third", now: FixedTime.start(plus: 9))
            .done(on: index)
        let visitor = Visitor(address: IPAddress("192.0.2.2"), userAgent: "second")
        #expect(
            index.pendingUse(of: sample.key) == KeyUse(count: 2, lastAt: FixedTime.start(plus: 7), visitor: visitor))
        let taken = index.takeUses()
        #expect(taken.map(\.last) == [LastUse(at: FixedTime.start(plus: 7), visitor: visitor)])
        #expect(taken.map(\.count) == [2])
        #expect(index.pendingUse(of: sample.key) == KeyUse(count: 0, lastAt: nil))
    }

    @Test("an unknown key is nobody's use")
    func unknown() {
        var maker = KeyMaker(seed: 1)
        let index = KeyIndex(lanes: 1)
        index.apply(maker.setting)
        #expect(Deed(key: maker.secretText(), address: "192.0.2.1", tags: ["x"]).done(on: index) == .unknown)
        #expect(Deed(key: Array("nonsense".utf8)).done(on: index) == .malformed)
        #expect(index.takeUses().isEmpty)
    }

    @Test(
        "a user agent is cut to 256 bytes and made printable",
        arguments: [
            ("curl/8.5", "curl/8.5"), ("a\r\nSet-Cookie: b", "a??Set-Cookie: b"), ("\u{1B}[31mred", "?[31mred"),
            ("\u{202E}gnp.exe", "?gnp.exe"), ("Füll", "Füll"),
            (String(repeating: "x", count: 300), String(repeating: "x", count: 256)),
            (String(repeating: "é", count: 200), String(repeating: "é", count: 128)),
        ])
    func printable(sent: String, kept: String) {
        var maker = KeyMaker(seed: 1)
        let sample = maker.key()
        let index = KeyIndex(lanes: 1)
        index.apply(maker.setting + [.key(sample.key)])
        Deed(key: sample.text, userAgent: sent).done(on: index)
        #expect(index.pendingUse(of: sample.key).visitor.userAgent == kept)
    }

    @Test("too many addresses, programs, queries and tags are counted without their names, and no use is lost")
    func bounds() {
        var maker = KeyMaker(seed: 1)
        let sample = maker.key("*:*")
        let index = KeyIndex(lanes: 1)
        index.apply(maker.setting + [.key(sample.key)])
        let calls = 40_000
        for number in 0..<calls {
            Deed(
                key: sample.text, scopes: "r\(number):a",
                address: "10.\(number >> 16).\(number >> 8 & 255).\(number & 255)",
                userAgent: "program \(number)", tags: ["tag \(number)"]
            ).done(on: index)
        }
        let use = index.takeUses()[0]
        #expect(use.count == Int64(calls))
        #expect(use.last?.visitor == Visitor(), "the last visitor was one of too many")
        let tagged = use.counts.filter { $0.row.tag != nil }
        #expect(tagged.reduce(0) { $0 + $1.uses } == Int64(calls))
        #expect(tagged.count <= 129)
        #expect(tagged.contains { $0.row.tag == UseCount.otherTags })
        #expect(use.needs.count <= 201)
        #expect(use.needs.contains { $0.scope == nil }, "of what was one of too many it is unknown what it needed")
    }

    @Test("stragglers beyond those that are told apart are counted together")
    func manyStragglers() {
        var maker = KeyMaker(seed: 1)
        let sample = maker.key { $0.secrets[0].role = .retiring }
        let index = KeyIndex(lanes: 1)
        index.apply(maker.setting + [.key(sample.key)])
        for number in 0..<10_000 {
            Deed(key: sample.text, address: "10.0.\(number >> 8).\(number & 255)", userAgent: "one").done(on: index)
        }
        let stragglers = index.takeUses()[0].stragglers
        #expect(stragglers.count == 4097)
        #expect(stragglers.reduce(0) { $0 + $1.uses } == 10_000)
        #expect(stragglers.first { $0.visitor == Visitor() }?.uses == Int64(5904))
    }

    @Test(
        "a day's tags of a key are held to a hundred; what is beyond them is counted together, and the next day starts anew"
    )
    func tagBudget() {
        var budget = TagBudget()
        budget.enter(FixedTime.start)
        let key = KeyID(high: 1, low: 1)
        func counts(_ names: Range<Int>) -> KeyUseCount {
            var use = KeyUseCount(key: key)
            use.counts = names.map { UseCount(.init(minute: 1, code: .valid, tag: "t\($0)"), uses: 1, cost: 2) }
            return use
        }
        #expect(budget.bound(counts(0..<60)) == counts(0..<60))
        let bounded = budget.bound(counts(50..<120))
        #expect(bounded.counts.count == 51)
        #expect(bounded.counts.reduce(0) { $0 + $1.uses } == 70)
        #expect(bounded.counts.first { $0.row.tag == UseCount.otherTags }?.cost == 40)
        budget.enter(FixedTime.start(plus: 86_400))
        #expect(budget.bound(counts(50..<120)) == counts(50..<120))
    }
}
