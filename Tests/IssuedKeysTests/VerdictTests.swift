// SPDX-License-Identifier: Apache-2.0
import Access
import IssuedKeys
import Secrets
import TestKit
import Testing

/// One question as a test writes it.
struct Asked {
    var key: [UInt8]
    var scopes: String?
    var method: String?
    var path: String?
    var address: String?
    var now = FixedTime.start

    func verdict(of index: KeyIndex, lane: Int = 0) -> VerdictCode {
        var bytes = key
        var question = Question(key: 0..<key.count)
        func place(_ text: String?) -> Range<Int>? {
            guard let text else { return nil }
            let start = bytes.count
            bytes += Array(text.utf8)
            return start..<bytes.count
        }
        question.scopes = place(scopes)
        question.method = place(method)
        question.path = place(path)
        question.address = address.flatMap { IPAddress($0) }
        return index.reading(lane: lane) { contents, _ in contents.verdict(on: question, in: bytes.span, at: now).code }
    }
}

@Suite struct VerdictTests {
    private static let revoked = KeyState.revoked(Revocation(at: FixedTime.start, reason: .compromised, note: nil))

    private func index(_ changes: [KeyChange]) -> KeyIndex {
        let index = KeyIndex(lanes: 1)
        index.apply(changes)
        return index
    }

    @Test("a key that nothing speaks against is valid, asked with little or much")
    func valid() {
        var maker = KeyMaker(seed: 1)
        let sample = maker.key("labels:create")
        let index = index(maker.setting + [.key(sample.key)])
        #expect(Asked(key: sample.text).verdict(of: index) == .valid)
        #expect(
            Asked(key: sample.text, scopes: "labels:create", method: "GET", path: "/a", address: "192.0.2.1").verdict(
                of: index)
                == .valid)
    }

    @Test("a text of no key's shape is malformed before anything else, one of the right shape unknown")
    func malformedAndUnknown() {
        var maker = KeyMaker(seed: 1)
        let sample = maker.key()
        let index = index(maker.setting)
        var altered = sample.text
        altered[20] = altered[20] == 0x61 ? 0x62 : 0x61
        #expect(Asked(key: altered, scopes: "(((").verdict(of: index) == .malformed)
        #expect(Asked(key: []).verdict(of: index) == .malformed)
        #expect(Asked(key: sample.text, scopes: "(((").verdict(of: index) == .unknown)
    }

    /// Everything that can speak against a key, in the order of the checks: each row adds the fault before it to all
    /// faults behind it.
    private static let faults: [(code: VerdictCode, spoil: @Sendable (inout Key) -> Void)] = [
        (.revoked, { $0.state = revoked }),
        (.disabled, { $0.state = .disabled }),
        (.expired, { $0.expiresAt = FixedTime.start }),
        (.disabled, { $0.notBefore = FixedTime.start(plus: 1) }),
        (.locked, { _ in }),
        (.addressDenied, { $0.allowedAddresses = [.of("198.51.100.0/24")] }),
        (.routeDenied, { $0.allowedRoutes = [.of(["GET"], "/other")] }),
        (.insufficientScope, { _ in }),
    ]

    @Test("a key at fault in many ways answers the first in the order of the checks", arguments: 0..<8)
    func order(first: Int) {
        var maker = KeyMaker(seed: 2)
        let sample = maker.key("labels:read") { key in
            for fault in Self.faults.dropFirst(first).reversed() { fault.spoil(&key) }
        }
        let lock: [KeyChange] = first <= 4 ? [.owner(.app(maker.app), account: maker.account, isLocked: true)] : []
        let index = index(maker.setting + [.key(sample.key)] + lock)
        let asked = Asked(
            key: sample.text, scopes: "labels:create", method: "GET", path: "/labels", address: "192.0.2.1")
        #expect(asked.verdict(of: index) == Self.faults[first].code)
    }

    @Test("a key comes into force at its moment and ends at its moment")
    func moments() {
        var maker = KeyMaker(seed: 3)
        let sample = maker.key { key in
            key.notBefore = FixedTime.start(plus: 10)
            key.expiresAt = FixedTime.start(plus: 20)
        }
        let index = index(maker.setting + [.key(sample.key)])
        let codes = [9, 10, 19, 20].map { Asked(key: sample.text, now: FixedTime.start(plus: $0)).verdict(of: index) }
        #expect(codes == [.disabled, .valid, .valid, .expired])
    }

    @Test("a retiring secret ends with its grace, the current one does not, and expiry wins over grace")
    func grace() {
        var maker = KeyMaker(seed: 4)
        let old = maker.secretText()
        var sample = maker.key { key in
            key.expiresAt = FixedTime.start(plus: 100)
            key.secrets.append(
                KeySecret(
                    digest: Digest(of: old.span), role: .retiring, createdAt: FixedTime.start,
                    graceExpiresAt: FixedTime.start(plus: 60)))
        }
        let index = index(maker.setting + [.key(sample.key)])
        func codes(_ text: [UInt8]) -> [VerdictCode] {
            [59, 60, 99, 100].map { Asked(key: text, now: FixedTime.start(plus: $0)).verdict(of: index) }
        }
        #expect(codes(old) == [.valid, .expired, .expired, .expired])
        #expect(codes(sample.text) == [.valid, .valid, .valid, .expired])
        sample.key.expiresAt = FixedTime.start(plus: 60)
        sample.key.secrets[1].graceExpiresAt = FixedTime.start(plus: 100)
        index.apply([.key(sample.key)])
        #expect(codes(old) == [.valid, .expired, .expired, .expired])
    }

    @Test("locking an account locks the keys of its apps and users, locking an app only its own")
    func locks() {
        var maker = KeyMaker(seed: 5)
        let (user, account) = (maker.user, maker.account)
        let keys = [
            maker.key(), maker.key { $0 = $0.owned(by: .user(user)) },
            maker.key { $0 = $0.owned(by: .account(account)) },
        ]
        let index = index(maker.setting + keys.map { .key($0.key) })
        func codes() -> [VerdictCode] { keys.map { Asked(key: $0.text).verdict(of: index) } }
        func lock(_ owner: OwnerID, _ isLocked: Bool) {
            index.apply([.owner(owner, account: maker.account, isLocked: isLocked)])
        }
        lock(.app(maker.app), true)
        #expect(codes() == [.locked, .valid, .valid])
        lock(.account(maker.account), true)
        #expect(codes() == [.locked, .locked, .locked])
        lock(.account(maker.account), false)
        #expect(codes() == [.locked, .valid, .valid])
        lock(.app(maker.app), false)
        #expect(codes() == [.valid, .valid, .valid])
    }

    @Test(
        "where a key restricts addresses, an unknown one is refused",
        arguments: [
            ("198.51.100.7", .valid), ("::ffff:198.51.100.7", .valid), ("198.51.101.7", .addressDenied),
            (nil, .addressDenied),
            ("2001:db8::1", .valid), ("2001:db9::1", .addressDenied),
        ] as [(String?, VerdictCode)])
    func addresses(address: String?, code: VerdictCode) {
        var maker = KeyMaker(seed: 6)
        let sample = maker.key { $0.allowedAddresses = [.of("198.51.100.0/24"), .of("2001:db8::/32")] }
        #expect(
            Asked(key: sample.text, address: address).verdict(of: index(maker.setting + [.key(sample.key)])) == code)
    }

    @Test(
        "where a key restricts routes, an unknown method or path is refused, and paths are matched in canonical form",
        arguments: [
            ("POST", "/labels", .valid), ("GET", "/labels", .routeDenied), ("POST", "/label", .routeDenied),
            (nil, "/labels", .routeDenied), ("POST", nil, .routeDenied), (nil, nil, .routeDenied),
            ("POST", "/l%61bels", .valid),
            ("POST", "/x/../labels", .routeDenied), ("POST", "/labels/%2e", .routeDenied),
            ("POST", "//labels", .routeDenied),
            ("POST", "", .routeDenied), ("", "/labels", .routeDenied), ("GET", "/orders/%31", .valid),
            ("GET", "/orders/1%2f2", .routeDenied),
        ] as [(String?, String?, VerdictCode)])
    func routes(method: String?, path: String?, code: VerdictCode) {
        var maker = KeyMaker(seed: 7)
        let sample = maker.key { $0.allowedRoutes = [.of(["POST"], "/labels"), .of(["GET"], "/orders/*")] }
        let index = index(maker.setting + [.key(sample.key)])
        #expect(Asked(key: sample.text, method: method, path: path).verdict(of: index) == code)
    }

    @Test("scopes that cannot be read are no answer about the key")
    func unreadable() {
        var maker = KeyMaker(seed: 8)
        let sample = maker.key("*:*")
        #expect(
            Asked(key: sample.text, scopes: "a").verdict(of: index(maker.setting + [.key(sample.key)]))
                == .unreadableScopes)
    }

    @Test("every code has a text of its own")
    func texts() {
        #expect(Set(VerdictCode.allCases.map { "\($0.text)" }).count == VerdictCode.allCases.count)
    }
}

extension Key {
    /// The same key in other hands.
    func owned(by owner: OwnerID) -> Key {
        Key(
            id: id, keyspace: keyspace, owner: owner, account: account, name: name, scopes: scopes, state: state,
            expiresAt: expiresAt, notBefore: notBefore, allowedAddresses: allowedAddresses,
            allowedRoutes: allowedRoutes,
            boundAccounts: boundAccounts, metadata: metadata, hint: hint, secrets: secrets, createdAt: createdAt,
            updatedAt: updatedAt, revision: revision)
    }
}
