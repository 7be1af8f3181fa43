// SPDX-License-Identifier: Apache-2.0
package import Access
package import HeldKeys
internal import Synchronization

/// A provider that makes, lists and deletes keys in a test's own time: slow, overloaded, forgetful, lying, and now and
/// then honest. It keeps a history, and knows at every moment which keys work.
package final class FakeProvider: Sendable {
    /// What may go wrong with one call.
    package enum Fault: CaseIterable, Sendable {
        case none
        /// Carried out, and the answer lost. Not carried out, and lost. Never reached.
        case lostAnswer, lostRequest, unreached
        case limited, down
        /// A key is made twice of one call.
        case duplicate
        /// The key that was made works only later, or never.
        case lateKey, deadKey
        /// Deletion is answered with yes and happens later, or not at this call.
        case lateDeletion, noDeletion
        /// The key that was made last is given again.
        case sameKey
        /// The answer is not as described.
        case unreadable
    }

    /// A key as the provider knows it.
    package struct Key: Sendable {
        package let id: String
        package let label: String
        package let secret: String
        /// From when, and until when it works.
        package var worksFrom: Instant
        package var worksUntil = Instant.distantFuture
        package var isListed = true

        /// Whether it works.
        package func works(at now: Instant) -> Bool { worksFrom <= now && now < worksUntil }
    }

    private struct State {
        var random: Seeded
        var keys: [Key] = []
        var made = 0
    }

    private let state: Mutex<State>

    /// A provider with one key, that of a credential before its rotation.
    package init(seed: UInt64, at now: Instant) {
        state = Mutex(State(random: Seeded(seed)))
        _ = make("first", at: now)
    }

    package var keys: [Key] { state.withLock { $0.keys } }

    /// The secret of the first key.
    package var first: String { keys[0].secret }

    /// Whether a call with this secret is taken.
    package func takes(_ secret: String, at now: Instant) -> Bool {
        keys.contains { $0.secret == secret && $0.works(at: now) }
    }

    /// Ends a key from outside.
    package func kill(_ secret: String, at now: Instant) {
        state.withLock { state in
            for index in state.keys.indices where state.keys[index].secret == secret {
                state.keys[index].worksUntil = now
                state.keys[index].isListed = false
            }
        }
    }

    private func make(_ label: String, at now: Instant) -> Key {
        state.withLock { state in
            state.made += 1
            let key = Key(
                id: "k\(state.made)", label: label, secret: "secret-\(state.made)-\(state.random.next())",
                worksFrom: now)
            state.keys.append(key)
            return key
        }
    }

    /// The provider's test with a secret.
    package func test(_ secret: String, _ fault: Fault, at now: Instant) -> CredentialTrial {
        switch fault {
        case .lostAnswer, .lostRequest, .unreached: CredentialTrial(.unclear, reason: "unreachable")
        case .limited: CredentialTrial(.unclear, status: 429)
        case .down: CredentialTrial(.unclear, status: 503)
        default:
            takes(secret, at: now) ? CredentialTrial(.works, status: 200) : CredentialTrial(.dead, status: 401)
        }
    }

    /// A call about keys with a secret.
    package func ask(_ call: ProviderCall, with secret: String, _ fault: Fault, at now: Instant) -> ProviderReply {
        switch fault {
        case .unreached: return .unreached("connect")
        case .lostRequest: return .lost("closed early")
        case .limited:
            var answer = ProviderAnswer(status: 429)
            answer.retryAfter = .seconds(7)
            return .answered(answer)
        case .down: return .answered(ProviderAnswer(status: 503))
        default: break
        }
        guard takes(secret, at: now) else { return .answered(ProviderAnswer(status: 401)) }
        let answer = carryOut(call, fault, at: now)
        return fault == .lostAnswer ? .lost("timed out") : .answered(answer)
    }

    private func carryOut(_ call: ProviderCall, _ fault: Fault, at now: Instant) -> ProviderAnswer {
        let id = String(call.target.split(separator: "/").last ?? "")
        switch (call.method, call.target) {
        case ("POST", "/v1/keys"): return mint(call, fault, at: now)
        case ("GET", "/v1/keys"):
            var answer = ProviderAnswer(status: 200)
            answer.rows = keys.filter(\.isListed).map { .init(key: $0.id, label: $0.label) }
            return answer
        case ("GET", _):
            var answer = ProviderAnswer(status: 200)
            answer.documents["scopes"] = #"["a"]"#
            return answer
        case ("DELETE", _): return delete(id, fault, at: now)
        default: return ProviderAnswer(status: 404)
        }
    }

    private func mint(_ call: ProviderCall, _ fault: Fault, at now: Instant) -> ProviderAnswer {
        let body = String(decoding: call.body ?? [], as: UTF8.self)
        let label = body.split(separator: "\"").dropFirst(3).first.map(String.init) ?? ""
        var key = fault == .sameKey ? keys[keys.count - 1] : make(label, at: now)
        if fault == .duplicate { key = make(label, at: now) }
        if fault == .lateKey || fault == .deadKey {
            change(key.id) { $0.worksFrom = fault == .deadKey ? .distantFuture : now + .seconds(20) }
        }
        var answer = ProviderAnswer(status: 201)
        guard fault != .unreadable else {
            answer.isReadable = false
            return answer
        }
        answer.texts = [NamedPart.whole: Array(key.secret.utf8), KeyMaking.keyName: Array(key.id.utf8)]
        return answer
    }

    private func delete(_ id: String, _ fault: Fault, at now: Instant) -> ProviderAnswer {
        guard keys.contains(where: { $0.id == id && $0.isListed }) else { return ProviderAnswer(status: 404) }
        switch fault {
        case .noDeletion: break
        case .lateDeletion:
            change(id) { key in
                key.worksUntil = now + .seconds(40)
                key.isListed = false
            }
        default:
            change(id) { key in
                key.worksUntil = now
                key.isListed = false
            }
        }
        return ProviderAnswer(status: 204)
    }

    private func change(_ id: String, _ body: (inout Key) -> Void) {
        state.withLock { state in
            for index in state.keys.indices where state.keys[index].id == id { body(&state.keys[index]) }
        }
    }
}

extension Provider {
    /// The description of a ``FakeProvider``; `isNamed`: whether its keys have names.
    package static func fake(_ name: String, isNamed: Bool = true, at now: Instant) -> Provider {
        guard let origin = OriginPattern("https://api.fake.example"), let format = SlotFormat("Bearer {value}"),
            let whole = AnswerPath("/secret"), let id = AnswerPath("/id"), let items = AnswerPath("/keys"),
            let label = AnswerPath("/name"), let scopes = AnswerPath("/scopes")
        else { preconditionFailure("the description is fixed") }
        var provider = Provider(
            name: name, title: name, origins: [origin], slots: [.header(name: "Authorization", format: format)],
            createdAt: now, updatedAt: now, revision: 1)
        provider.test = ProviderTest(method: "GET", path: "/v1/whoami", expect: [200], dead: [401])
        var mint = KeyMaking.Request(method: "POST", path: "/v1/keys", expect: [201])
        (mint.contentType, mint.body) = ("application/json", #"{"name":"{label}","scopes":{scopes}}"#)
        var making = KeyMaking(
            mint: mint, value: [AnswerWant(name: NamedPart.whole, at: whole)], key: id,
            list: .init(method: "GET", path: "/v1/keys", expect: [200]),
            rows: AnswerRows(items: items, key: id, label: isNamed ? label : nil, more: nil),
            delete: .init(method: "DELETE", path: "/v1/keys/{key}", expect: [204]), gone: [404])
        making.describe = .init(
            request: .init(method: "GET", path: "/v1/keys/{key}", expect: [200]),
            take: [AnswerWant(name: "scopes", at: scopes, asJSON: true)])
        var guide = RotationGuide(kind: .minted, link: nil, steps: ["Make one."])
        guide.making = making
        provider.rotation = guide
        return provider
    }
}
