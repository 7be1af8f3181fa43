// SPDX-License-Identifier: Apache-2.0
import Access
import HTTPTypes
import IssuedKeys
import Secrets
import Storage
import Testing
import Wire

@testable import ControlPlane

extension World {
    /// Uses a key as the data plane does.
    func use(
        _ secret: String, scopes: String? = nil, address: String = "192.0.2.1", agent: String = "curl/8.5",
        tag: String? = nil
    ) {
        var bytes = Array(secret.utf8)
        func place(_ text: String) -> Range<Int> {
            bytes += Array(text.utf8)
            return (bytes.count - text.utf8.count)..<bytes.count
        }
        var question = Question(key: 0..<bytes.count)
        question.scopes = scopes.map(place)
        question.userAgent = place(agent)
        question.address = IPAddress(address)
        if let tag { question.tags = [place(tag)] }
        let now = clock.now
        index.reading(lane: 1) { contents, use in
            use.record(contents.verdict(on: question, in: bytes.span, at: now), of: question, in: bytes.span, at: now)
        }
    }
}

@Suite struct UsageTests {
    @Test func `a key shows who used it last, stored or not`() async throws {
        try await withWorld { (client: Client) async throws in
            let scene = try await Scene(client)
            let path = "/v1/keys/\(scene.key)"
            #expect(try await client.get(path)["last_used_from"] == .null)
            client.world.use(scene.secret)
            let visitor: JSON = ["address": "192.0.2.1", "user_agent": "curl/8.5"]
            #expect(try await client.get(path)["last_used_from"] == visitor)
            await client.world.ports.flushUses()
            #expect(try await client.get(path)["last_used_from"] == visitor)
            #expect(try await client.get("/v1/keys?keyspace=shop").items[0]["last_used_from"] == visitor)
        }
    }

    @Test func `the use of a key is answered by step and code, what is not stored yet included`() async throws {
        try await withWorld { (client: Client) async throws in
            let scene = try await Scene(client)
            for _ in 0..<3 { client.world.use(scene.secret, scopes: "labels:create", tag: "eu") }
            client.world.use(scene.secret, scopes: "refunds:create")
            client.world.clock.advance(.seconds(60))
            client.world.use(scene.secret)
            let rows = try await client.get("/v1/keys/\(scene.key)/usage?step=minute")
            #expect(rows.status == 200, "\(rows.body)")
            #expect(rows.items.map { $0["uses"] } == [1, 3, 1])
            #expect(rows.items.map { $0["code"] } == ["insufficient_scope", "valid", "valid"])
            #expect(rows.items.map { $0["cost"] } == [0, 3, 1])
            let day = try await client.get("/v1/keys/\(scene.key)/usage?step=day&code=valid")
            #expect(day.items.map { $0["uses"] } == [4])
            #expect(try await client.get("/v1/keys/\(scene.key)/usage?tag=eu").items.map { $0["uses"] } == [3])
        }
    }

    @Test func `pages of use follow each other`() async throws {
        try await withWorld { (client: Client) async throws in
            let scene = try await Scene(client)
            for _ in 0..<5 {
                client.world.use(scene.secret)
                client.world.clock.advance(.seconds(60))
            }
            var found: [JSON] = []
            var cursor = ""
            for _ in 0..<3 {
                let page = try await client.get("/v1/keys/\(scene.key)/usage?step=minute&limit=2\(cursor)")
                found += page.items
                cursor = "&cursor=\(page.text("next_cursor"))"
            }
            #expect(found.count == 5)
            #expect(Set(found.compactMap { $0["at"]?.asString }).count == 5)
        }
    }

    @Test func `use comes as a table when asked for one, and no name in it becomes a formula`() async throws {
        try await withWorld { (client: Client) async throws in
            let scene = try await Scene(client)
            client.world.use(scene.secret)
            let path = "/v1/keys/\(scene.key)/usage"
            let table = try await client.get(path, [.accept: "text/csv"])
            #expect(table.fields[.contentType]?.hasPrefix("text/csv") == true)
            #expect(table.body.hasPrefix("at,step,code,uses,cost\r\n"))
            #expect(table.body.hasSuffix(",hour,valid,1,1\r\n"))
            #expect(try await client.get("\(path)?format=csv").body == table.body)
            #expect(try await client.get("\(path)?format=json", [.accept: "text/csv"]).items.count == 1)
            _ = try await client.patch("/v1/keys/\(scene.key)", #"{"name":"=1+1, \"quoted\""}"#)
            let sums = try await client.get("/v1/usage?by=key&keyspace=shop&format=csv")
            #expect(sums.body.contains(#","'=1+1, ""quoted""","#))
        }
    }

    @Test func `uses add up by account, and a bound caller sees its own only`() async throws {
        try await withWorld { (client: Client) async throws in
            let scene = try await Scene(client)
            let other = try await client.make("/v1/accounts", #"{"name":"Other"}"#).text("id")
            let theirs = try await client.make(
                "/v1/keys",
                #"{"keyspace":"shop","owner":{"type":"account","id":"\#(other)"},"name":"x","scopes":[]}"#)
            client.world.use(scene.secret)
            client.world.use(scene.secret, scopes: "refunds:create")
            for _ in 0..<3 { client.world.use(theirs.text("secret")) }
            let sums = try await client.get("/v1/usage?by=account&keyspace=shop")
            #expect(sums.items.map { $0["of"] } == [.string(other), .string(scene.account)])
            #expect(sums.items.map { $0["accepted"] } == [3, 1])
            #expect(sums.items.map { $0["refused"] } == [0, 1])
            #expect(try await client.get("/v1/usage?by=app&step=hour").items.map { $0["step"] } == ["hour"])
            let account = try #require(AccountID(scene.account))
            let bound = client.with(
                key: try await client.world.managementKey(["usage:read", "keys:read"], boundTo: [account]))
            #expect(try await bound.get("/v1/usage?by=key").items.map { $0["of"] } == [.string(scene.key)])
            let key = theirs.text("id")
            for path in ["usage", "stragglers"] {
                #expect(try await bound.get("/v1/keys/\(key)/\(path)").status == 404)
            }
            let refusals = try await bound.get("/v1/usage/refusals")
            #expect(refusals.items.map { $0["key"] } == [.string(scene.key)])
            #expect(refusals.items.map { $0["code"] } == ["insufficient_scope"])
            #expect(refusals.items.map { $0["count"] } == [1])
            let blind = client.with(key: try await client.world.managementKey(["keys:read"]))
            for path in ["/v1/usage", "/v1/usage/refusals", "/v1/keys/\(scene.key)/usage"] {
                #expect(try await blind.get(path).status == 403)
            }
        }
    }

    @Test(arguments: [
        "step=week", "from=yesterday", "from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z", "code=unknown", "code=fine",
        "tag=", "format=xml", "cursor=x", "limit=0", "by=key",
    ])
    func `a wrong parameter is refused`(_ query: String) async throws {
        try await withWorld { (client: Client) async throws in
            let scene = try await Scene(client)
            #expect(try await client.get("/v1/keys/\(scene.key)/usage?\(query)").status == 400)
        }
    }

    @Test func `a key with nothing retiring has no stragglers, one with a retiring secret shows them by name`()
        async throws
    {
        try await withWorld { (client: Client) async throws in
            let scene = try await Scene(client)
            client.world.use(scene.secret)
            let path = "/v1/keys/\(scene.key)/stragglers"
            #expect(try await client.get(path).json == ["retiring": .null, "items": .array([]), "next_cursor": .null])
            try await client.world.retire(scene.key)
            client.world.use(scene.secret, address: "192.0.2.7", agent: "old-worker/1")
            let found = try await client.get(path)
            #expect(found["retiring"]["finish_when_idle"] == JSON.null)
            #expect(found["retiring"]["since"] == .string(client.world.clock.now.description))
            #expect(found.items.map { $0["address"] } == ["192.0.2.7"])
            #expect(found.items.map { $0["user_agent"] } == ["old-worker/1"])
            #expect(found.items.map { $0["uses"] } == [1])
        }
    }
}

extension World {
    /// Makes the key's only secret a retiring one, for a day.
    fileprivate func retire(_ id: String) async throws {
        let now = clock.now
        let key = try #require(KeyID(id))
        try await ledger.keys().change(by: .setup, needing: Permission.keysWrite, "key.rotate", at: now) { records, _ in
            guard var key = try records.key(key) else { return }
            key.secrets[0].role = .retiring
            key.secrets[0].retiringSince = now
            key.secrets[0].graceExpiresAt = now + .seconds(86_400)
            try records.update(key)
        }
    }
}
