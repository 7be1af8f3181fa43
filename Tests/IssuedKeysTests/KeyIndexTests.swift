// SPDX-License-Identifier: Apache-2.0
import Access
import IssuedKeys
import Secrets
import TestKit
import Testing

@Suite struct KeyIndexTests {
    /// The index as anybody would write it: one dictionary, looked at in the order of the checks.
    private struct Model {
        var secrets: [[UInt8]: (key: KeyID, secret: KeySecret)] = [:]
        var keys: [KeyID: Key] = [:]
        var locked = Set<OwnerID>()

        func code(_ text: [UInt8], at now: Instant) -> VerdictCode {
            guard let found = secrets[text], let key = keys[found.key] else { return .unknown }
            switch key.state {
            case .revoked: return .revoked
            case .disabled: return .disabled
            case .active: break
            }
            if let end = key.expiresAt, now >= end { return .expired }
            if let end = found.secret.graceExpiresAt, now >= end { return .expired }
            return locked.contains(key.owner) || locked.contains(.account(key.account)) ? .locked : .valid
        }
    }

    /// A walk of random changes over index and model alike.
    private struct Walk {
        var random: Seeded
        var maker: KeyMaker
        let index = KeyIndex(lanes: 3)
        var model = Model()
        var texts: [[UInt8]] = []

        init(seed: UInt64) {
            random = Seeded(seed)
            maker = KeyMaker(seed: seed)
            index.apply(maker.setting)
        }

        mutating func step() {
            switch random.below(8) {
            case 0, 1, 2: issue()
            case 3: change { $0.state = .disabled }
            case 4: change { $0.state = $0.state == .disabled ? .active : $0.state }
            case 5: change { $0.state = .revoked(Revocation(at: FixedTime.start, reason: .other, note: nil)) }
            case 6: random.below(2) == 0 ? rotate() : forget()
            default: lock()
            }
        }

        mutating func issue() {
            let owner: OwnerID = random.pick([.app(maker.app), .user(maker.user), .account(maker.account)])
            let expiry: Instant? = random.below(4) == 0 ? FixedTime.start(plus: Int64(random.below(100))) : nil
            let sample = maker.key("a:b") { key in
                key = key.owned(by: owner)
                key.expiresAt = expiry
            }
            texts.append(sample.text)
            model.secrets[sample.text] = (sample.key.id, sample.key.secrets[0])
            put(sample.key)
        }

        mutating func put(_ key: Key) {
            model.keys[key.id] = key
            for (text, entry) in model.secrets where entry.key == key.id {
                if let secret = key.secrets.first(where: { $0.digest == entry.secret.digest }) {
                    model.secrets[text] = (key.id, secret)
                }
            }
            index.apply([.key(key)])
        }

        mutating func change(_ body: (inout Key) -> Void) {
            guard var key = model.keys.values.sorted(by: { $0.id < $1.id }).randomElement(using: &random) else {
                return
            }
            body(&key)
            put(key)
        }

        mutating func rotate() {
            let text = maker.secretText()
            let grace = FixedTime.start(plus: Int64(random.below(100)))
            var changed: Key?
            change { key in
                for position in key.secrets.indices {
                    key.secrets[position].role = .retiring
                    key.secrets[position].graceExpiresAt = grace
                }
                key.secrets.append(KeySecret(digest: Digest(of: text.span), role: .current, createdAt: FixedTime.start))
                changed = key
            }
            guard let changed, let secret = changed.secrets.last else { return }
            texts.append(text)
            model.secrets[text] = (changed.id, secret)
        }

        mutating func forget() {
            guard let text = texts.randomElement(using: &random), let entry = model.secrets.removeValue(forKey: text)
            else { return }
            model.keys[entry.key]?.secrets.removeAll { $0.digest == entry.secret.digest }
            index.apply([.forget(entry.secret.digest)])
        }

        mutating func lock() {
            let owner: OwnerID = random.pick([.app(maker.app), .user(maker.user), .account(maker.account)])
            let isLocked = random.below(2) == 0
            if isLocked { model.locked.insert(owner) } else { model.locked.remove(owner) }
            index.apply([.owner(owner, account: maker.account, isLocked: isLocked)])
        }
    }

    @Test("after any changes the index says what a dictionary would", arguments: 1...6 as ClosedRange<UInt64>)
    func againstModel(seed: UInt64) {
        var walk = Walk(seed: seed)
        var codes = Set<VerdictCode>()
        for step in 0..<1200 {
            walk.step()
            guard step % 40 == 0 else { continue }
            let now = FixedTime.start(plus: Int64(walk.random.below(100)))
            for text in walk.texts {
                let code = Asked(key: text, now: now).verdict(of: walk.index, lane: step % 3)
                codes.insert(code)
                #expect(code == walk.model.code(text, at: now))
            }
        }
        #expect(codes == [.valid, .unknown, .revoked, .disabled, .expired, .locked])
    }

    @Test("a key that was changed is described as it is now, without a second record")
    func described() {
        var maker = KeyMaker(seed: 1)
        let index = KeyIndex(lanes: 1)
        var sample = maker.key("a:b")
        index.apply(maker.setting + [.key(sample.key)])
        sample.key.name = "another näme"
        sample.key.scopes = ScopeSet(text: "c:d")
        sample.key.metadata = "{\"a\":1}"
        index.apply([.key(sample.key)])
        #expect(index.size.keys == 1)
        let question = Question(key: 0..<sample.text.count)
        let seen = index.reading(lane: 0) { contents, _ -> Seen? in
            guard case .valid(let key) = contents.verdict(on: question, in: sample.text.span, at: FixedTime.start)
            else { return nil }
            return Seen(
                name: String(decoding: contents.name(of: key), as: UTF8.self), scopes: contents.scopes(of: key),
                metadata: contents.metadata(of: key), owner: contents.portrait(key).owner,
                keyspace: contents.keyspaceName(of: key), environment: contents.environment(of: key))
        }
        #expect(
            seen
                == Seen(
                    name: "another näme", scopes: ScopeSet(text: "c:d"), metadata: "{\"a\":1}", owner: .app(maker.app),
                    keyspace: "acme", environment: "live"))
    }

    /// What the index says of a key.
    private struct Seen: Equatable {
        let name: String
        let scopes: ScopeSet
        let metadata: String
        let owner: OwnerID
        let keyspace: String
        let environment: String
    }

    @Test("a management key sees the accounts it is bound to, an unbound one all")
    func management() {
        var maker = KeyMaker(seed: 2)
        let index = KeyIndex(lanes: 1)
        let other = AccountID(high: 9, low: 9)
        let bound = maker.key("keys:verify", isManagement: true) { [account = maker.account] in
            $0.boundAccounts = [account]
        }
        let free = maker.key("keys:*", isManagement: true)
        let outsider = maker.key("keys:verify")
        let without = maker.key("keys:read", isManagement: true)
        index.apply(maker.setting + [bound, free, outsider, without].map { .key($0.key) })
        func sight(_ sample: SampleKey) -> [Bool]? {
            index.reading(lane: 0) { contents, _ in
                let question = Question(key: 0..<sample.text.count)
                guard let key = contents.verdict(on: question, in: sample.text.span, at: FixedTime.start).key else {
                    return nil
                }
                let accounts = contents.management(of: key).accounts
                return [
                    contents.holdsVerifyPermission(key), contents.sees(key, maker.account), contents.sees(key, other),
                    accounts?.contains(maker.account) ?? true, accounts?.contains(other) ?? true,
                ]
            }
        }
        #expect(sight(bound) == [true, true, false, true, false])
        #expect(sight(free) == [true, true, true, true, true])
        #expect(sight(outsider)?.first == false)
        #expect(sight(without)?.first == false)
    }

    @Test("tens of thousands of keys, many of them forgotten, are each found or not")
    func growth() {
        var maker = KeyMaker(seed: 3)
        let index = KeyIndex(lanes: 1)
        index.apply(maker.setting)
        index.reserve(10)
        let samples = (0..<20_000).map { _ in maker.key() }
        for (position, sample) in samples.enumerated() {
            index.apply([.key(sample.key)])
            if position % 3 == 0 { index.apply([.forget(sample.key.secrets[0].digest)]) }
        }
        var wrong = 0
        for (position, sample) in samples.enumerated() {
            let expected: VerdictCode = position % 3 == 0 ? .unknown : .valid
            if Asked(key: sample.text).verdict(of: index) != expected { wrong += 1 }
        }
        #expect(wrong == 0)
        for sample in samples.prefix(30) { index.apply([.key(sample.key)]) }
        #expect(samples.prefix(30).allSatisfy { Asked(key: $0.text).verdict(of: index) == .valid })
    }
}
