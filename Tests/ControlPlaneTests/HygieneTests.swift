// SPDX-License-Identifier: Apache-2.0
import Access
import HTTPTypes
import IssuedKeys
import SQLiteEngine
import Storage
import Testing
import Wire

@testable import ControlPlane

@Suite struct HygieneTests {
    /// A world in which there is one finding of every kind; the id of each one's subject.
    private struct Neglect {
        let client: Client
        let scene: Scene
        var subjects: [String: String] = [:]

        init(_ client: Client) async throws {
            self.client = client
            scene = try await Scene(client)
            let clock = client.world.clock
            try await rotating()
            subjects["no_max_lifetime"] = try await client.get("/v1/keys/\(scene.key)").text("keyspace_id")
            subjects["integration_unused"] = try await unusedIntegration()
            subjects["never_used"] = try await issue("never").id
            let disabled = try await issue("disabled").id
            _ = try await client.post("/v1/keys/\(disabled)/disable")
            subjects["disabled_long"] = disabled
            let idle = try await issue("idle")
            subjects["idle"] = idle.id
            client.world.use(idle.secret)
            let wide = try await issue("wide", scopes: #"["labels:*","orders:read","refunds:create"]"#)
            subjects["wider_than_use"] = wide.id
            subjects["no_expiry"] = wide.id
            let used = ["labels:create", "labels:read AND orders:read"]
            for scopes in used { client.world.use(wide.secret, scopes: scopes) }
            await client.world.ports.flushUses()
            let wider = try await integration(
                "wider", #"[{"methods":["POST"],"path":"/a"},{"methods":["GET"],"path":"/b"}]"#)
            subjects["integration_wider_than_use"] = wider
            try await client.world.lend(wider, key: scene.key, rules: [0])
            clock.advance(.seconds(31 * 86_400))
            try await client.world.lend(wider, key: scene.key, rules: [0])
            for scopes in used { client.world.use(wide.secret, scopes: scopes) }
            let expiry = clock.now + .seconds(3 * 86_400)
            let expiring = try await issue("expiring", #","expires_at":"\#(expiry)""#)
            subjects["expiring_soon"] = expiring.id
            client.world.use(expiring.secret)
            let straggling = try await issue("straggling")
            subjects["retiring_stragglers"] = straggling.id
            _ = try await client.post("/v1/keys/\(straggling.id)/rotate", #"{"grace":"2d"}"#)
            client.world.use(straggling.secret, address: "192.0.2.7", agent: "old-worker/1")
            await client.world.ports.flushUses()
        }

        private mutating func rotating() async throws {
            _ = try await client.make(
                "/v1/keyspaces", #"{"name":"rotating","prefix":"rot","rotate_every":"30d","max_lifetime":"365d"}"#)
            let made = try await client.make(
                "/v1/keys",
                #"{"keyspace":"rotating","owner":{"type":"app","id":"\#(scene.app)"},"name":"overdue","scopes":[]}"#)
            subjects["older_than_policy"] = made.text("id")
        }

        private func unusedIntegration() async throws -> String {
            try await integration("quiet", #"[{"methods":["*"],"path":"/**"}]"#)
        }

        private func integration(_ name: String, _ allow: String) async throws -> String {
            try await client.make(
                "/v1/integrations",
                #"{"name":"\#(name)","app":"\#(scene.app)","credential":"\#(scene.credential)","allow":\#(allow)}"#
            ).text("id")
        }

        private func issue(
            _ name: String, scopes: String = "[]", _ more: String = ""
        ) async throws -> (id: String, secret: String) {
            let made = try await client.make(
                "/v1/keys",
                #"{"keyspace":"shop","owner":{"type":"app","id":"\#(scene.app)"},"name":"\#(name)","scopes":\#(scopes)\#(more)}"#
            )
            return (made.text("id"), made.text("secret"))
        }

        private func issue(_ name: String, _ more: String) async throws -> (id: String, secret: String) {
            try await issue(name, scopes: "[]", more)
        }

        /// The finding about the subject of a kind.
        func finding(_ kind: String) async throws -> JSON {
            let found = try await client.get("/v1/hygiene?kind=\(kind)&limit=200")
            #expect(found.status == 200, "\(found.body)")
            return try #require(
                found.items.first { $0["subject"]?.asString == subjects[kind] }, "\(kind) in \(found.body)")
        }
    }

    static let kinds =
        HygieneKind.allCases.map(\.rawValue) + ["integration_unused", "integration_wider_than_use"]

    @Test(arguments: kinds)
    func `the fix that a finding names works as given, and then it is none any more`(_ kind: String) async throws {
        try await withWorld { (client: Client) async throws in
            let neglect = try await Neglect(client)
            let finding = try await neglect.finding(kind)
            #expect(finding["detail"]?.asString?.isEmpty == false)
            let fix = try #require(finding["fix"])
            let method: HTTPRequest.Method = fix["method"] == "POST" ? .post : .patch
            let body = fix["body"].flatMap { $0 == .null ? nil : $0.text }
            let reply = try await client.send(method, fix["path"]?.asString ?? "", body)
            #expect(reply.status == 200, "\(reply.body)")
            let after = try await client.get("/v1/hygiene?kind=\(kind)&limit=200")
            #expect(!after.items.contains { $0["subject"] == finding["subject"] })
        }
    }

    @Test(arguments: kinds)
    func `applying a finding does the same, with the event of that act, and once`(_ kind: String) async throws {
        try await withWorld { (client: Client) async throws in
            let neglect = try await Neglect(client)
            let subject = try #require(neglect.subjects[kind])
            let body = #"{"kind":"\#(kind)","subject":"\#(subject)"}"#
            let reply = try await client.post("/v1/hygiene/apply", body)
            #expect(reply.status == 200, "\(reply.body)")
            #expect(reply["finding"]["kind"]?.asString == kind)
            let changed = ["key", "integration", "credential", "keyspace"].map { reply[$0] }.filter { $0 != .null }
            #expect(changed.map { $0["id"]?.asString } == [subject])
            #expect((reply["secret"] != .null) == (kind == "older_than_policy"))
            let acts = ["key.", "integration.", "keyspace."]
            let event = try await client.get("/v1/events?limit=200").items.last
            #expect(event?["subject"]?.asString == subject)
            #expect(acts.contains { event?["action"]?.asString?.hasPrefix($0) == true })
            #expect(try await client.post("/v1/hygiene/apply", body).status == 404)
        }
    }

    @Test func `a narrower set holds what was needed, and of a wildcard only what was needed of it`() async throws {
        try await withWorld { (client: Client) async throws in
            let neglect = try await Neglect(client)
            let fix = try await neglect.finding("wider_than_use")["fix"]
            #expect(fix?["body"]?["scopes"] == ["labels:create", "labels:read", "orders:read"])
        }
    }

    @Test func `an integration is narrowed to the rules that calls needed`() async throws {
        try await withWorld { (client: Client) async throws in
            let neglect = try await Neglect(client)
            let fix = try await neglect.finding("integration_wider_than_use")["fix"]
            #expect(fix?["body"]?["allow"]?.asArray?.map { $0["path"] } == ["/a"])
        }
    }

    @Test func `a credential that integrations may use, and none does, is found until a call carries it`() async throws
    {
        try await withWorld { (client: Client) async throws in
            let scene = try await Scene(client)
            client.world.clock.advance(.seconds(31 * 86_400))
            let list = "/v1/hygiene?kind=credential_unused"
            #expect(try await client.get(list).items.map { $0["subject"]?.asString } == [scene.credential])
            try await client.world.lend(scene.integration, key: scene.key, rules: [0])
            #expect(try await client.get(list).items.isEmpty)
            _ = try await client.post("/v1/integrations/\(scene.integration)/revoke")
            let lonely = try await client.get("/v1/hygiene?kind=credential_without_integration").items
            #expect(lonely.map { $0["subject"]?.asString } == [scene.credential])
            let body = #"{"kind":"credential_without_integration","subject":"\#(scene.credential)"}"#
            let mended = try await client.post("/v1/hygiene/apply", body)
            #expect(mended["credential"]["state"] == "deleted", "\(mended.body)")
            #expect(try await client.post("/v1/hygiene/apply", body).status == 404)
        }
    }

    @Test func `findings come by weight, in pages that together hold each once`() async throws {
        try await withWorld { (client: Client) async throws in
            _ = try await Neglect(client)
            let all = try await client.get("/v1/hygiene?limit=200").items
            #expect(Set(all.compactMap { $0["kind"]?.asString }) == Set(HygieneTests.kinds))
            let weights = all.compactMap { $0["weight"]?.asInteger }
            #expect(weights == weights.sorted(by: >))
            var paged: [JSON] = []
            var cursor: String? = ""
            while let next = cursor {
                let page = try await client.get("/v1/hygiene?limit=2\(next)")
                #expect(page.items.count <= 2)
                paged += page.items
                cursor = page["next_cursor"].asString.map { "&cursor=\($0)" }
            }
            #expect(paged == all)
        }
    }

    @Test func `a bound caller sees findings of its accounts only, and none about keyspaces`() async throws {
        try await withWorld { (client: Client) async throws in
            let neglect = try await Neglect(client)
            let other = try await client.make("/v1/accounts", #"{"name":"Other"}"#).text("id")
            let outside = try #require(AccountID(other))
            let bound = client.with(key: try await client.world.managementKey(["*:*"], boundTo: [outside]))
            #expect(try await bound.get("/v1/hygiene?limit=200").items.isEmpty)
            for (kind, subject) in neglect.subjects {
                let reply = try await bound.post("/v1/hygiene/apply", #"{"kind":"\#(kind)","subject":"\#(subject)"}"#)
                #expect(reply.status == 404, "\(kind)")
            }
            let inside = try #require(AccountID(neglect.scene.account))
            let reader = client.with(key: try await client.world.managementKey(["keys:read"], boundTo: [inside]))
            let kinds = Set(try await reader.get("/v1/hygiene?limit=200").items.compactMap { $0["kind"]?.asString })
            #expect(
                kinds
                    == Set(HygieneTests.kinds).subtracting([
                        "integration_unused", "integration_wider_than_use", "no_max_lifetime",
                    ]))
            let reply = try await reader.post(
                "/v1/hygiene/apply", #"{"kind":"idle","subject":"\#(neglect.subjects["idle"] ?? "")"}"#)
            #expect(reply.status == 403, "reading is no right to change")
        }
    }

    @Test func `a key whose calls did not all say what they needed is not called too wide`() async throws {
        try await withWorld { (client: Client) async throws in
            let neglect = try await Neglect(client)
            let wide = try #require(neglect.subjects["wider_than_use"])
            let key = try await client.world.ports.keys.find(
                by: .setup, try #require(KeyID(wide)), at: client.world.clock.now
            ).key
            var use = KeyUseCount(key: key.id)
            use.needs = [NeededScope(scope: nil, lastAt: client.world.clock.now)]
            try await Opening.store([use], client.world.engine)
            #expect(try await client.get("/v1/hygiene?kind=wider_than_use").items.isEmpty)
        }
    }

    @Test func `a key that its keyspace lets live no longer is a finding that no call mends`() async throws {
        try await withWorld { (client: Client) async throws in
            let scene = try await Scene(client)
            _ = try await client.make("/v1/keyspaces", #"{"name":"brief","prefix":"brief","max_lifetime":"5d"}"#)
            let made = try await client.make(
                "/v1/keys", #"{"keyspace":"brief","owner":{"type":"app","id":"\#(scene.app)"},"name":"x","scopes":[]}"#)
            client.world.use(made.text("secret"))
            let found = try await client.get("/v1/hygiene?kind=expiring_soon").items
            #expect(found.map { $0["subject"]?.asString } == [made.text("id")])
            #expect(found.first?["fix"] == .null)
            let body = #"{"kind":"expiring_soon","subject":"\#(made.text("id"))"}"#
            #expect(try await client.post("/v1/hygiene/apply", body).status == 409)
        }
    }

    @Test func `the last key that may do everything is never proposed to be stopped`() async throws {
        try await withWorld { (client: Client) async throws in
            _ = try await client.get("/v1/keys")
            client.world.clock.advance(.seconds(60 * 86_400))
            for kind in ["never_used", "idle"] {
                #expect(try await client.get("/v1/hygiene?kind=\(kind)&keyspace=bitting").items.isEmpty)
            }
        }
    }

    @Test(arguments: [
        #"{"kind":"odd","subject":"key_01k9xv2m8q0e7s4r6t8v0w2y4z"}"#, #"{"kind":"idle","subject":"x"}"#,
        #"{"kind":"idle"}"#,
        #"{"kind":"idle","subject":"key_01k9xv2m8q0e7s4r6t8v0w2y4z","force":true}"#,
    ])
    func `a body that is wrong is refused`(_ body: String) async throws {
        try await withWorld { (client: Client) async throws in
            #expect(try await client.post("/v1/hygiene/apply", body).status == 422)
        }
    }
}
