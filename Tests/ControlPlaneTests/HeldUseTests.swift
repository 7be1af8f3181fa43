// SPDX-License-Identifier: Apache-2.0
import Access
import Storage
import Testing
import Wire

@testable import ControlPlane

/// Who can use what is held, and who did.
@Suite struct HeldUseTests {
    @Test func `a credential tells who may use it, and who did, from where, how often and how it ended`() async throws {
        try await withWorld { (client: Client) async throws in
            let scene = try await Scene(client)
            let list = "/v1/credentials/\(scene.credential)/uses"
            let unused = try #require(try await client.get(list).items.first)
            #expect(unused["integration"]?.asString == scene.integration && unused["app"]?.asString == scene.app)
            #expect(unused["calls"] == 0 && unused["last_used_at"] == .null && unused["on_current_version"] == .null)
            let world = client.world
            try await world.lend(scene.integration, key: scene.key, rules: [0, 0], from: "192.0.2.1")
            world.clock.advance(.seconds(60))
            try await world.lend(scene.integration, key: scene.key, rules: [0], status: 401, from: "2001:db8::7")
            try await world.lend(scene.integration, key: scene.key, rules: [0], status: nil, from: "192.0.2.1")
            let use = try #require(try await client.get(list).items.first)
            #expect(use["calls"] == 4 && use["errors"] == 2 && use["unauthorized"] == 1 && use["forbidden"] == 0)
            #expect(use["first_used_at"] != use["last_used_at"] && use["last_status"] == .null)
            #expect(use["on_current_version"] == true)
            #expect(use["addresses"]?.asArray?.map { $0["address"]?.asString } == ["192.0.2.1", "2001:db8::7"])
            #expect(use["addresses"]?.asArray?.map { $0["calls"]?.asInteger } == [3, 1])
            let part = try #require(use["versions"]?.asArray?.first)
            #expect(part["key"]?.asString == scene.key && part["version_number"] == 1 && part["calls"] == 4)
            #expect(part["version_state"] == "current")
            let held = try await client.get("/v1/apps/\(scene.app)/held").items
            #expect(held == [use])
        }
    }

    @Test func `calls of an integration stand by hour or day, as JSON and as a table`() async throws {
        try await withWorld { (client: Client) async throws in
            let scene = try await Scene(client)
            try await client.world.lend(scene.integration, key: scene.key, rules: [0, 0])
            try await client.world.lend(scene.integration, key: scene.key, rules: [0], status: 503)
            client.world.clock.advance(.seconds(3600))
            try await client.world.lend(scene.integration, key: scene.key, rules: [0])
            let path = "/v1/integrations/\(scene.integration)/uses"
            let hours = try await client.get(path).items
            #expect(hours.map { $0["outcome"]?.asString } == ["2xx", "5xx", "2xx"])
            #expect(hours.map { $0["calls"]?.asInteger } == [2, 1, 1])
            let days = try await client.get("\(path)?step=day").items
            #expect(days.allSatisfy { $0["step"] == "day" })
            #expect(days.compactMap { $0["calls"]?.asInteger }.reduce(0, +) == 4)
            let table = try await client.get("\(path)?format=csv")
            #expect(table.body.hasPrefix("at,step,outcome,calls\r\n") && table.body.contains(",hour,5xx,1\r\n"))
            #expect(try await client.get("\(path)?step=minute").status == 400)
            #expect(try await client.get("\(path)?from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z").status == 400)
        }
    }

    @Test func `an integration shows when it was last called through and what is left of its quota`() async throws {
        try await withWorld { (client: Client) async throws in
            let scene = try await Scene(client)
            let path = "/v1/integrations/\(scene.integration)"
            #expect(try await client.get(path)["last_used_at"] == .null)
            try await client.world.lend(scene.integration, key: scene.key, rules: [0])
            let changed = try await client.patch(path, #"{"quota":{"amount":100}}"#)
            #expect(changed["quota"]["remaining"] == 100, "\(changed.body)")
            let shown = try await client.get(path)
            #expect(shown["last_used_at"].asString == client.world.clock.now.description)
            let listed = try await client.get("/v1/integrations").items
            #expect(listed.first?["last_used_at"] == shown["last_used_at"])
            #expect(listed.first?["quota"]?["remaining"] == 100)
        }
    }

    @Test(arguments: ["credentials", "apps", "integrations"])
    func `another account's uses do not exist for a bound caller, and reading needs its scope`(
        _ noun: String
    ) async throws {
        try await withWorld { (client: Client) async throws in
            let scene = try await Scene(client)
            let path =
                switch noun {
                case "credentials": "/v1/credentials/\(scene.credential)/uses"
                case "apps": "/v1/apps/\(scene.app)/held"
                default: "/v1/integrations/\(scene.integration)/uses"
                }
            #expect(try await client.get(path).status == 200)
            let other = try #require(
                AccountID(try await client.make("/v1/accounts", #"{"name":"Other"}"#).text("id")))
            let bound = client.with(key: try await client.world.managementKey(["*:*"], boundTo: [other]))
            #expect(try await bound.get(path).status == 404)
            let narrow = client.with(key: try await client.world.managementKey(["settings:read"]))
            #expect(try await narrow.get(path).status == 403)
        }
    }
}
