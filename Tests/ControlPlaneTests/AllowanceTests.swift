// SPDX-License-Identifier: Apache-2.0
import Access
import HTTPTypes
import Testing
import Wire

@testable import ControlPlane

@Suite("Limits and quotas in management calls") struct AllowanceTests {
    private static let limits: JSON = [
        ["name": "burst", "limit": 100, "per": "1m", "shared_by": "key"],
        ["name": "at-once", "limit": 5, "in_flight": true, "shared_by": "owner"],
        ["name": "day_total", "limit": 1_000_000_000, "per": "366d", "shared_by": "account"],
    ]
    private static let given = """
        [{"name":"burst","limit":100,"per":"60s"},{"name":"at-once","limit":5,"in_flight":true,"shared_by":"owner"},
         {"name":"day_total","limit":1000000000,"per":"366d","shared_by":"account"}]
        """

    private func key(_ scene: Scene, _ members: String) -> String {
        String(Scene.key(of: scene.app).dropLast()) + ",\(members)}"
    }

    @Test func `a key's own limits come back in one form, and in the order given`() async throws {
        try await withWorld { (client: Client) async throws in
            let scene = try await Scene(client)
            let made = try await client.make("/v1/keys", key(scene, #""limits":\#(Self.given)"#))
            #expect(made["limits"] == Self.limits)
            #expect(made["limits_from"] == "key")
            #expect(try await client.get("/v1/keys/\(made.text("id"))")["limits"] == Self.limits)
        }
    }

    @Test func `a key without limits shows its keyspace's, as they are now`() async throws {
        try await withWorld { (client: Client) async throws in
            let scene = try await Scene(client)
            let key = try await client.get("/v1/keys/\(scene.key)")
            #expect(key["limits"] == .array([]))
            #expect(key["limits_from"] == "keyspace")
            let keyspace = "/v1/keyspaces/\(key.text("keyspace_id"))"
            #expect(
                try await client.patch(keyspace, #"{"default_limits":\#(Self.given)}"#)["default_limits"] == Self.limits
            )
            #expect(try await client.get("/v1/keys/\(scene.key)")["limits"] == Self.limits)
            #expect(try await client.get("/v1/keys?q=printer").items.first?["limits"] == Self.limits)
            #expect(try await client.patch(keyspace, #"{"default_limits":null}"#)["default_limits"] == .array([]))
        }
    }

    @Test func `an empty list is none, null is the keyspace's`() async throws {
        try await withWorld { (client: Client) async throws in
            let scene = try await Scene(client)
            let path = "/v1/keys/\(scene.key)"
            let none = try await client.patch(path, #"{"limits":[]}"#)
            #expect(none["limits"] == .array([]))
            #expect(none["limits_from"] == "key")
            #expect(try await client.patch(path, #"{"name":"Other"}"#)["limits_from"] == "key")
            #expect(try await client.patch(path, #"{"limits":null}"#)["limits_from"] == "keyspace")
        }
    }

    @Test func `a keyspace is made with default limits`() async throws {
        try await withWorld { (client: Client) async throws in
            let made = try await client.make(
                "/v1/keyspaces", #"{"name":"a","prefix":"aa","default_limits":\#(Self.given)}"#)
            #expect(made["default_limits"] == Self.limits)
        }
    }

    /// What is given, and the refill that is shown for it.
    private static let refills: [(String, JSON)] = [
        (#"{"every":"month"}"#, ["amount": 1000, "every": "month", "zone": "UTC", "mode": "replace"]),
        (
            #"{"every":"week","zone":"Europe/Berlin","amount":7,"mode":"add"}"#,
            ["amount": 7, "every": "week", "zone": "Europe/Berlin", "mode": "add"]
        ),
        (#"{"every":"3660d"}"#, ["amount": 1000, "every": "3660d", "mode": "replace"]),
        (#"{"every":"120s"}"#, ["amount": 1000, "every": "2m", "mode": "replace"]), ("null", .null),
    ]

    @Test(arguments: refills)
    func `a quota comes back with what is left`(_ given: String, _ shown: JSON) async throws {
        try await withWorld { (client: Client) async throws in
            let scene = try await Scene(client)
            let quota = #""quota":{"amount":1000,"refill":\#(given),"alerts":[100,80,80]}"#
            for path in [
                "/v1/keys", "/v1/accounts", "/v1/accounts/\(scene.account)/apps", "/v1/accounts/\(scene.account)/users",
            ] {
                let made = try await client.make(
                    path, path == "/v1/keys" ? key(scene, quota) : #"{"name":"n",\#(quota)}"#)
                let seen = made["quota"]
                #expect(seen["amount"] == 1000)
                #expect(seen["refill"] == shown)
                #expect(seen["alerts"] == [80, 100])
                #expect(seen["remaining"] == 1000)
                #expect((seen["refills_at"] == .null) == (given == "null"))
                let found = try await client.get(path == "/v1/keys" ? "\(path)?limit=200" : path).items
                #expect(found.contains { $0["quota"] == seen }, "\(path)")
            }
        }
    }

    @Test func `the moment of the next refill is midnight where the quota is`() async throws {
        try await withWorld { (client: Client) async throws in
            let quota = #"{"amount":10,"refill":{"every":"month","zone":"America/Sao_Paulo"}}"#
            let made = try await client.make("/v1/accounts", #"{"name":"n","quota":\#(quota)}"#)
            #expect(made["quota"]["refills_at"] == "2026-10-01T03:00:00.000Z")
        }
    }

    @Test func `a quota is changed as a whole, kept when absent and ended with null`() async throws {
        try await withWorld { (client: Client) async throws in
            let scene = try await Scene(client)
            for path in ["/v1/keys/\(scene.key)", "/v1/accounts/\(scene.account)", "/v1/apps/\(scene.app)"] {
                let set = try await client.patch(
                    path, #"{"quota":{"amount":5,"refill":{"every":"day"},"alerts":[50]}}"#)
                #expect(set["quota"]["amount"] == 5)
                let replaced = try await client.patch(path, #"{"quota":{"amount":6}}"#)
                #expect(replaced["quota"]["refill"] == .null)
                #expect(replaced["quota"]["alerts"] == .array([]))
                #expect(try await client.patch(path, #"{"name":"x"}"#)["quota"]["amount"] == 6)
                #expect(try await client.patch(path, #"{"quota":null}"#)["quota"] == .null)
                #expect(try await client.get(path)["quota"] == .null)
            }
        }
    }

    @Test func `management keys have no limits and no quota`() async throws {
        try await withWorld { (client: Client) async throws in
            let house = client.world.house.id
            for (field, value) in [("limits", Self.given), ("quota", #"{"amount":1}"#)] {
                let body =
                    #"{"keyspace":"bitting","owner":{"type":"account","id":"\#(house)"},"name":"n","scopes":[],"\#(field)":\#(value)}"#
                let refused = try await client.post("/v1/keys", body)
                #expect(refused.status == 422)
                #expect(refused.text("pointer") == "/\(field)")
            }
            let keyspace = try await client.get("/v1/keyspaces").items.first { $0["built_in"] == true }
            let path = "/v1/keyspaces/\(keyspace?["id"]?.asString ?? "")"
            #expect(try await client.patch(path, #"{"default_limits":\#(Self.given)}"#).status == 422)
        }
    }

    @Test func `a key bound to an account cannot raise what the account may spend`() async throws {
        try await withWorld { (client: Client) async throws in
            let scene = try await Scene(client)
            let account = try #require(AccountID(scene.account))
            let bound = client.with(key: try await client.world.managementKey(["*:*"], boundTo: [account]))
            let refused = try await bound.patch("/v1/accounts/\(scene.account)", #"{"quota":{"amount":5}}"#)
            #expect(refused.status == 403)
            #expect(refused.text("code") == "would_escalate")
            #expect(try await bound.patch("/v1/apps/\(scene.app)", #"{"quota":{"amount":5}}"#).status == 200)
        }
    }

    /// Where limits or a quota are taken: the call, and the body around the value.
    private static let doors: [(call: String, field: String, body: String)] = [
        ("POST /v1/keys", "limits", String(Scene.key(of: "{app}").dropLast()) + ","),
        ("PATCH /v1/keys/{key}", "limits", "{"),
        ("POST /v1/keyspaces", "default_limits", #"{"name":"a","prefix":"aa","#),
        ("PATCH /v1/keyspaces/{keyspace}", "default_limits", "{"),
        ("POST /v1/keys", "quota", String(Scene.key(of: "{app}").dropLast()) + ","),
        ("PATCH /v1/keys/{key}", "quota", "{"),
        ("POST /v1/accounts/{account}/users", "quota", #"{"name":"a","#), ("PATCH /v1/apps/{app}", "quota", "{"),
    ]

    @Test(arguments: doors)
    func `whatever is wrong gets 422, its pointer and a fix, and changes nothing`(
        _ door: (call: String, field: String, body: String)
    ) async throws {
        try await withWorld { (client: Client) async throws in
            let ids = try await Ids(client)
            let before = try await Snapshot(client)
            let call = ids.fill(door.call).split(separator: " ").map(String.init)
            let method = try #require(HTTPRequest.Method(call[0]))
            for bad in door.field == "quota" ? BadAllowances.quotas : BadAllowances.limits {
                let body = ids.fill(door.body) + "\"\(door.field)\":\(bad.value)}"
                let reply = try await client.send(method, call[1], body)
                let what = Comment(rawValue: "\(bad.value.prefix(100)): \(reply.body)")
                #expect(reply.status == 422, what)
                #expect(reply.text("code") == bad.code, what)
                #expect(reply.text("pointer") == "/" + door.field + bad.pointer, what)
                #expect(!reply.text("fix").isEmpty && !reply.text("detail").isEmpty, what)
            }
            #expect(try await Snapshot(client) == before)
        }
    }
}
