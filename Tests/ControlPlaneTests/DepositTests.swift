// SPDX-License-Identifier: Apache-2.0
import Access
import HTTPTypes
import HeldKeys
import Secrets
import Testing
import Wire

@testable import ControlPlane

/// Keys that are handed in sealed.
@Suite struct DepositTests {
    /// An invitation, and what its ticket asks for.
    private struct Invited {
        let client: Client
        let scene: Scene
        let made: Client.Reply
        var ticket: String { made.text("ticket") }

        init(_ client: Client, _ body: ((Scene) -> String)? = nil) async throws {
            self.client = client
            try await client.world.ports.depositing.keys.tend(at: client.world.clock.now)
            scene = try await Scene(client)
            made = try await client.make("/v1/deposits", body?(scene) ?? Self.body(scene.account))
        }

        static func body(_ account: String, provider: String = "carrier") -> String {
            #"{"account":"\#(account)","provider":"\#(provider)","name":"Handed in","note":"Labels only, please."}"#
        }

        func ask() async throws -> Client.Reply { try await ask(ticket) }

        func ask(_ ticket: String) async throws -> Client.Reply {
            try await nobody.post("/deposit/request", #"{"ticket":"\#(ticket)"}"#)
        }

        /// Whoever holds the ticket holds no key.
        var nobody: Client { client.with(key: "") }

        /// A deposit as a sender makes it, but for what `change` does to what it is bound to.
        func sealed(
            _ value: String, parts: [(name: String, bytes: [UInt8])] = [],
            _ change: (inout [String: String]) -> Void = { _ in }
        ) async throws -> String {
            let asked = try await ask()
            var words: [String: String] = [:]
            for name in ["installation", "deposit", "account", "provider", "key", "public_key"] {
                words[name] = asked.text(name)
            }
            change(&words)
            let key = try #require(DepositPublicKey(bytes: Base64URL.bytes(words["public_key"] ?? "") ?? []))
            let place = DepositPlace(
                installation: words["installation"] ?? "", deposit: words["deposit"] ?? "",
                account: words["account"] ?? "", provider: words["provider"] ?? "",
                parts: parts.map(\.name).sorted())
            var bytes = Array(value.utf8)
            var named = parts
            let plain = parts.isEmpty ? Secret(wiping: &bytes) : SealedDeposit.layout(wiping: &named)
            let json: JSON = [
                "v": 1, "key": .string(words["key"] ?? ""), "parts": .array(place.parts.map(JSON.string)),
                "sealed": .string(Base64URL.text(key.seal(plain, for: place))),
            ]
            return json.text
        }

        func give(_ deposit: String) async throws -> Client.Reply {
            try await nobody.post("/deposit", #"{"ticket":"\#(ticket)","deposit":\#(deposit)}"#)
        }

        func state() async throws -> Client.Reply { try await client.get("/v1/deposits/\(made.text("id"))") }
        func count() async throws -> Int { try await client.get("/v1/credentials").items.count }
    }

    private static let value = "sk_deposited_canary_91"

    @Test func `an invitation has an address whose fragment is the ticket, shown once`() async throws {
        try await withWorld { (client: Client) async throws in
            let invited = try await Invited(client)
            #expect(invited.made.text("url").hasSuffix("/deposit#\(invited.ticket)"))
            #expect(invited.ticket.utf8.count == 43)
            #expect(invited.made["state"] == "open")
            #expect(invited.made.fields[.location] == "/v1/deposits/\(invited.made.text("id"))")
            let read = try await invited.state()
            #expect(read.status == 200)
            #expect(!read.body.contains(invited.ticket))
            #expect(try await client.get("/v1/deposits").items == [read.json])
            #expect(!(try await client.get("/v1/events?limit=200").body.contains(invited.ticket)))
        }
    }

    @Test func `whoever shows the ticket is told who asks for what`() async throws {
        try await withWorld { (client: Client) async throws in
            let invited = try await Invited(client)
            let asked = try await invited.ask()
            #expect(asked.status == 200)
            #expect(asked["account_name"] == "Corner Shop")
            #expect(asked["provider_title"] == "Carrier")
            #expect(asked["note"] == "Labels only, please.")
            #expect(asked["destinations"] == ["https://api.carrier.example"])
            #expect(asked["parts"] == [])
            #expect(asked.fields[.cacheControl] == "no-store")
        }
    }

    @Test func `a sealed key becomes a credential, without a value in answer or event`() async throws {
        try await withWorld { (client: Client) async throws in
            let invited = try await Invited(client)
            let before = try await invited.count()
            let thanks = try await invited.give(try await invited.sealed(Self.value))
            #expect(thanks.status == 200, "\(thanks.body)")
            let read = try await invited.state()
            #expect(read["state"] == "received")
            #expect(read["receipt"]["fingerprint"] == thanks["fingerprint"])
            let credential = try await client.get("/v1/credentials/\(read.text("credential"))")
            #expect(credential["name"] == "Handed in")
            #expect(credential["versions"].asArray?.first?["fingerprint"] == thanks["fingerprint"])
            #expect(try await invited.count() == before + 1)
            let events = try await client.get("/v1/events?limit=200&action=deposit.received")
            #expect(events.items.count == 1)
            #expect(events.items.first?["caller"] == invited.made["id"])
            #expect(events.items.first?["subject"] == credential["id"])
            #expect(!(try await client.get("/v1/events?limit=200").body.contains(Self.value)))
            #expect(!thanks.body.contains(Self.value))
        }
    }

    @Test func `the value is the one that was sealed`() async throws {
        try await withWorld { (client: Client) async throws in
            let invited = try await Invited(client)
            let other = try await client.make("/v1/deposits", Invited.body(invited.scene.account))
            let thanks = try await invited.give(try await invited.sealed(Scene.value))
            // Equal fingerprints within an account: the value of the scene's own credential.
            let held = try await client.get("/v1/credentials/\(invited.scene.credential)")
            #expect(held["versions"].asArray?.first?["fingerprint"] == thanks["fingerprint"])
            #expect(try await client.get("/v1/deposits/\(other.text("id"))")["state"] == "open")
        }
    }

    @Test(arguments: [("current", "previous"), ("pending", "current")])
    func `it becomes the next version of a credential that is there`(_ state: String, _ former: String) async throws {
        try await withWorld { (client: Client) async throws in
            let invited = try await Invited(client) { scene in
                #"{"credential":"\#(scene.credential)","version_state":"\#(state)"}"#
            }
            let before = try await invited.count()
            let thanks = try await invited.give(try await invited.sealed(Self.value))
            #expect(thanks.status == 200, "\(thanks.body)")
            let path = "/v1/credentials/\(invited.scene.credential)"
            let versions = try #require(try await client.get(path)["versions"].asArray)
            let new = try #require(versions.first { $0["fingerprint"] == thanks["fingerprint"] })
            #expect(new["number"] == 2)
            #expect(new["state"] == .string(state))
            #expect(versions.first { $0["number"] == 1 }?["state"] == .string(former))
            #expect(try await invited.count() == before)
            #expect(try await invited.state()["receipt"]["version"] == new["id"])
        }
    }

    @Test func `what is handed in sealed is no exposure`() async throws {
        try await withWorld { (client: Client) async throws in
            let invited = try await Invited(client)
            let before = try await client.get("/v1/exposures").items.count
            #expect(before == 1, "the scene's own credential was put in by hand")
            #expect(try await invited.give(try await invited.sealed(Self.value)).status == 200)
            #expect(try await client.get("/v1/exposures").items.count == before)
        }
    }

    @Test func `a ticket is good once`() async throws {
        try await withWorld { (client: Client) async throws in
            let invited = try await Invited(client)
            let deposit = try await invited.sealed(Self.value)
            #expect(try await invited.give(deposit).status == 200)
            let before = try await invited.count()
            for reply in [try await invited.give(deposit), try await invited.ask()] {
                #expect(reply.status == 409)
                #expect(reply.text("detail").contains("handed in already"))
            }
            #expect(try await invited.count() == before)
        }
    }

    @Test func `two that hand in at once make one credential`() async throws {
        try await withWorld { (client: Client) async throws in
            let invited = try await Invited(client)
            let before = try await invited.count()
            let deposits = [try await invited.sealed(Self.value), try await invited.sealed(Self.value + "2")]
            async let first = invited.give(deposits[0])
            async let second = invited.give(deposits[1])
            #expect(try await [first.status, second.status].sorted() == [200, 409])
            #expect(try await invited.count() == before + 1)
        }
    }

    @Test(arguments: ["installation", "deposit", "account", "provider"])
    func `what was sealed for something else does not open, and nothing is lost`(_ word: String) async throws {
        try await withWorld { (client: Client) async throws in
            let invited = try await Invited(client)
            let before = try await invited.count()
            let foreign = try await invited.sealed(Self.value) { $0[word, default: ""] += "x" }
            let refused = try await invited.give(foreign)
            #expect(refused.status == 422)
            #expect(!refused.body.contains(Self.value))
            #expect(try await invited.state()["tries"] == 1)
            #expect(try await invited.count() == before)
            #expect(try await invited.give(try await invited.sealed(Self.value)).status == 200)
        }
    }

    @Test func `one account's deposit is none of another's`() async throws {
        try await withWorld { (client: Client) async throws in
            let invited = try await Invited(client)
            let account = try await client.make("/v1/accounts", #"{"name":"Other"}"#).text("id")
            let other = try await client.make("/v1/deposits", Invited.body(account))
            let deposit = try await invited.sealed(Self.value)
            let reply = try await invited.nobody.post(
                "/deposit", #"{"ticket":"\#(other.text("ticket"))","deposit":\#(deposit)}"#)
            #expect(reply.status == 422)
            #expect(try await client.get("/v1/credentials?account=\(account)").items.isEmpty)
        }
    }

    @Test func `an unknown key is refused, an older one opens for 30 days, a compromised one not at all`() async throws
    {
        try await withWorld { (client: Client) async throws in
            let invited = try await Invited(client) { scene in
                #"{"account":"\#(scene.account)","provider":"carrier","name":"Handed in","expires_at":"80d"}"#
            }
            let clock = client.world.clock
            let unknown = try await invited.sealed(Self.value) { $0["key"] = "0123456789abcdef" }
            #expect(try await invited.give(unknown).status == 409)
            let late = try await invited.sealed(Self.value)
            let early = try await invited.sealed(Self.value)
            let keys = try await client.post("/v1/deposit-keys/rotate")
            #expect(keys.items.count == 2)
            #expect(keys.items.last?["opens_until"] == .null)
            clock.advance(DepositKeys.overlap)
            #expect(try await invited.give(late).status == 409)
            #expect(try await client.get("/v1/deposit-keys").items.count == 1)
            let fresh = try await invited.sealed(Self.value)
            #expect(fresh != early)
            _ = try await client.post("/v1/deposit-keys/rotate", #"{"compromised":true}"#)
            #expect(try await invited.give(fresh).status == 409)
            let newest = try await invited.sealed(Self.value)
            _ = try await client.post("/v1/deposit-keys/rotate")
            #expect(try await invited.give(newest).status == 200)
        }
    }

    @Test func `keys follow each other by themselves`() async throws {
        try await withWorld { (client: Client) async throws in
            let (keys, clock) = (client.world.ports.depositing.keys, client.world.clock)
            try await keys.tend(at: clock.now)
            try await keys.tend(at: clock.now)
            let first = try await client.get("/v1/deposit-keys").items
            #expect(first.count == 1)
            clock.advance(DepositKeys.life)
            try await keys.tend(at: clock.now)
            #expect(try await client.get("/v1/deposit-keys").items.count == 2)
            clock.advance(DepositKeys.overlap)
            try await keys.tend(at: clock.now)
            let left = try await client.get("/v1/deposit-keys").items
            #expect(left.count == 1)
            #expect(left.first?["id"] != first.first?["id"])
        }
    }

    @Test func `what is past its time, withdrawn or never was takes nothing`() async throws {
        try await withWorld { (client: Client) async throws in
            let invited = try await Invited(client)
            let deposit = try await invited.sealed(Self.value)
            let other = try await client.make("/v1/deposits", Invited.body(invited.scene.account))
            #expect(try await client.post("/v1/deposits/\(other.text("id"))/withdraw").status == 200)
            #expect(try await invited.ask(other.text("ticket")).status == 409)
            client.world.clock.advance(Deposit.usualLife)
            #expect(try await invited.give(deposit).status == 409)
            #expect(try await invited.state()["expired"] == true)
            #expect(try await invited.ask(String(repeating: "A", count: 43)).status == 404)
            for ticket in ["", "A", String(repeating: "A", count: 42), String(repeating: "!", count: 43)] {
                #expect(try await invited.ask(ticket).status == 422)
            }
        }
    }

    @Test func `after twenty that are no such key it takes none`() async throws {
        try await withWorld { (client: Client) async throws in
            let invited = try await Invited(client)
            let good = try await invited.sealed(Self.value)
            let bad = try await invited.sealed(Self.value) { $0["deposit"] = "dep_other" }
            for _ in 0..<Deposit.mostTries { #expect(try await invited.give(bad).status == 422) }
            #expect(try await invited.give(good).status == 409)
            #expect(try await invited.state()["state"] == "exhausted")
            let events = try await client.get("/v1/events?limit=200&action=deposit.received")
            #expect(events.items.count == 20)
            #expect(events.items.allSatisfy { $0["outcome"] == "refused" })
        }
    }

    @Test(arguments: ["", "a\nb", "a\r", "caf\u{e9}", "\0"])
    func `a value that cannot stand in a request is refused`(_ value: String) async throws {
        try await withWorld { (client: Client) async throws in
            let invited = try await Invited(client)
            let reply = try await invited.give(try await invited.sealed(value))
            #expect(reply.status == 422)
            #expect(!reply.text("fix").isEmpty)
        }
    }

    @Test func `parts are those of the provider, sealed together`() async throws {
        try await withWorld { (client: Client) async throws in
            let invited = try await Invited(client) { Invited.body($0.account) }
            let now = client.world.clock.now
            var provider = try await client.world.ports.providers.find(by: .setup, "carrier", at: now)
            provider.parts = [NamedPart(name: "id", title: "Key id"), NamedPart(name: "secret", title: "Secret key")]
            _ = try await client.world.ports.providers.put(by: .setup, provider, ifRevision: nil, at: now)
            let asked = try await invited.ask()
            #expect(asked["parts"].asArray?.compactMap { $0["title"]?.asString } == ["Key id", "Secret key"])
            #expect(try await invited.give(try await invited.sealed(Self.value)).status == 422)
            let both = [(name: "secret", bytes: Array("s3cret".utf8)), (name: "id", bytes: Array("me".utf8))]
            #expect(try await invited.give(try await invited.sealed("", parts: [both[0]])).status == 422)
            #expect(try await invited.give(try await invited.sealed("", parts: both)).status == 200)
        }
    }

    @Test(arguments: [
        (#"{"provider":"carrier","name":"x"}"#, "/account"),
        (#"{"account":"ACCOUNT","provider":"none","name":"x"}"#, "/provider"),
        (#"{"account":"acc_01k9xv2m8q0e7s4r6t8v0w2y4z","provider":"carrier","name":"x"}"#, "/account"),
        (#"{"account":"ACCOUNT","provider":"carrier","name":"x","expires_at":"91d"}"#, "/expires_at"),
        (#"{"account":"ACCOUNT","provider":"carrier","name":"x","expires_at":"0s"}"#, "/expires_at"),
        (#"{"account":"ACCOUNT","provider":"carrier","name":"x","settings":{"shop":"acme"}}"#, "/settings"),
        (#"{"account":"ACCOUNT","provider":"carrier","name":"x","version_state":"pending"}"#, "/version_state"),
        (#"{"credential":"cred_01k9xv2m8q0e7s4r6t8v0w2y4z"}"#, "/credential"),
        (#"{"credential":"cred_01k9xv2m8q0e7s4r6t8v0w2y4z","name":"x"}"#, "/name"),
        (#"{"value":"x"}"#, "/value"),
    ])
    func `an invitation that cannot be is refused, naming the field`(_ body: String, _ pointer: String) async throws {
        try await withWorld { (client: Client) async throws in
            let scene = try await Scene(client)
            let reply = try await client.post(
                "/v1/deposits",
                body.split(separator: "ACCOUNT", omittingEmptySubsequences: false)
                    .joined(separator: scene.account))
            #expect(reply.status == 422)
            #expect(reply["pointer"] == .string(pointer))
        }
    }

    @Test func `a caller bound to an account invites for that account only, and reads only its invitations`()
        async throws
    {
        try await withWorld { (client: Client) async throws in
            let invited = try await Invited(client)
            let other = try await client.make("/v1/accounts", #"{"name":"Other"}"#).text("id")
            let bound = client.with(
                key: try await client.world.managementKey(["credentials:*"], boundTo: [try #require(AccountID(other))]))
            #expect(try await bound.post("/v1/deposits", Invited.body(invited.scene.account)).status == 422)
            #expect(try await bound.post("/v1/deposits", Invited.body(other)).status == 201)
            #expect(try await bound.get("/v1/deposits").items.count == 1)
            #expect(try await bound.get("/v1/deposits/\(invited.made.text("id"))").status == 404)
            #expect(try await bound.post("/v1/deposits/\(invited.made.text("id"))/withdraw").status == 404)
            let reader = client.with(key: try await client.world.managementKey(["credentials:read"]))
            #expect(try await reader.post("/v1/deposits", Invited.body(other)).status == 403)
        }
    }

    @Test func `an invitation repeated under one idempotency key is the same`() async throws {
        try await withWorld { (client: Client) async throws in
            let scene = try await Scene(client)
            let fields: HTTPFields = [.name("Idempotency-Key"): "once"]
            let first = try await client.post("/v1/deposits", Invited.body(scene.account), fields)
            let again = try await client.post("/v1/deposits", Invited.body(scene.account), fields)
            #expect(first.status == 201)
            #expect(first.body == again.body)
        }
    }

    @Test func `the page brings nothing along, lets nothing else in, and is no frame`() async throws {
        try await withWorld { (client: Client) async throws in
            let page = try await client.with(key: "").get("/deposit")
            #expect(page.status == 200)
            #expect(page.fields[.contentType] == "text/html; charset=utf-8")
            #expect(page.fields[.cacheControl] == "no-store")
            #expect(page.fields[.name("Referrer-Policy")] == "no-referrer")
            let policy = page.fields[.contentSecurityPolicy] ?? ""
            let nonce = try #require(policy.split(separator: "'nonce-").dropFirst().first?.prefix { $0 != "'" })
            #expect(nonce.count == 22)
            #expect(policy.hasPrefix("default-src 'none'; "))
            #expect(!policy.contains("unsafe"))
            #expect(policy.contains("frame-ancestors 'none'"))
            #expect(page.body.contains("<script nonce=\"\(nonce)\">"))
            #expect(page.body.contains("<style nonce=\"\(nonce)\">"))
            #expect(!page.body.contains("{{nonce}}"))
            #expect(!page.body.contains("http://") && !page.body.contains("https://"))
            #expect(!page.body.contains("innerHTML"))
            let again = try await client.get("/deposit")
            #expect(again.fields[.contentSecurityPolicy] != policy)
        }
    }

    @Test func `what comes without a key is bounded in length`() async throws {
        try await withWorld { (client: Client) async throws in
            let long = String(repeating: "A", count: longestVisit)
            let reply = try await client.with(key: "").post("/deposit", #"{"ticket":"\#(long)"}"#)
            #expect(reply.status == 413)
            #expect(try await client.post("/deposit/request", String(repeating: " ", count: 1025)).status == 413)
            let further = #"{"ticket":"\#(long.prefix(43))","x":1}"#
            #expect(try await client.post("/deposit/request", further).status == 422)
        }
    }
}

/// How often calls are made without a key.
@Suite struct VisitorGateTests {
    private let start = Instant(milliseconds: 1_790_000_000_000)

    private func admits(_ gate: VisitorGate, _ address: String?, _ now: Instant) -> Bool {
        (try? gate.admit(address.flatMap { IPAddress($0) }, at: now)) != nil
    }

    @Test func `one address has its bound, others are let in, a minute later it is too`() {
        let gate = VisitorGate()
        for _ in 0..<VisitorGate.mostFromOne { #expect(admits(gate, "203.0.113.9", start)) }
        #expect(!admits(gate, "203.0.113.9", start))
        #expect(admits(gate, "203.0.113.10", start))
        #expect(admits(gate, "203.0.113.9", start + .seconds(60)))
    }

    @Test func `a network of version 6 counts as one address`() {
        let gate = VisitorGate()
        for last in 0..<VisitorGate.mostFromOne { #expect(admits(gate, "2001:db8::\(last + 1)", start)) }
        #expect(!admits(gate, "2001:db8::ffff", start))
        #expect(admits(gate, "2001:db8:0:1::1", start))
    }

    @Test func `all together have a bound, a gateway on this machine has no other`() {
        let gate = VisitorGate()
        for _ in 0..<VisitorGate.mostInAll { #expect(admits(gate, "127.0.0.1", start)) }
        #expect(!admits(gate, "127.0.0.1", start))
        #expect(!admits(gate, "203.0.113.9", start))
        #expect(admits(gate, nil, start + .seconds(61)))
    }

    @Test func `a clock that was put back stops nobody`() {
        let gate = VisitorGate()
        for _ in 0..<VisitorGate.mostInAll { #expect(admits(gate, nil, start)) }
        #expect(admits(gate, nil, Instant(milliseconds: start.milliseconds - 1)))
    }
}
