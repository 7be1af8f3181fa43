// SPDX-License-Identifier: Apache-2.0
import Access
import IssuedKeys
import TestKit
import Testing

@Suite struct OriginalCallTests {
    private static func request(
        _ key: String, _ fields: [String], target: String = "/v1/authorize", method: String = "GET"
    ) -> String {
        let lines = fields.map { $0 + "\r\n" }.joined()
        return "\(method) \(target) HTTP/1.1\r\nHost: x\r\nX-API-Key: \(key)\r\n\(lines)\r\n"
    }

    private static let nginx = ["X-Original-Method: POST", "X-Original-URI: /labels"]
    private static let traefik = ["X-Forwarded-Method: POST", "X-Forwarded-Uri: /labels"]

    @Test("the original method and path are read from either family; contradictions and repeats count as unknown")
    func reports() async throws {
        var maker = KeyMaker(seed: 1)
        let sample = maker.key { $0.allowedRoutes = [.of(["POST"], "/labels")] }
        let rows: [([String], Int)] = [
            (Self.nginx, 200), (Self.traefik, 200), (Self.nginx + Self.traefik, 200),
            (["X-Original-Method: POST", "X-Forwarded-Uri: /labels"], 200),
            (["X-Original-Method: POST", "X-Original-URI: /labels?a=/../b"], 200),
            (["X-Original-Method: POST", "X-Original-URI: /l%61bels"], 200),
            (["X-Forwarded-Method: POST", "X-Forwarded-Uri: https://shop.example/labels?x"], 200),
            // What a client could add to what its gateway says.
            (Self.nginx + ["X-Forwarded-Uri: /other"], 403), (Self.nginx + ["X-Forwarded-Method: GET"], 403),
            (["X-Original-URI: /labels", "X-Forwarded-Method: POST", "X-Forwarded-Uri: /other"], 403),
            (["X-Original-Method: POST", "X-Forwarded-Method: DELETE", "X-Forwarded-Uri: /labels"], 403),
            (Self.nginx + ["X-Original-URI: /labels"], 403), (Self.nginx + ["X-Original-Method: POST"], 403),
            (Self.traefik + ["X-Forwarded-Uri: /labels"], 403),
            // Half a report, a wrong one, none.
            (["X-Original-Method: POST"], 403), (["X-Original-URI: /labels"], 403), ([], 403),
            (["X-Original-Method: POST", "X-Original-URI:"], 403),
            (["X-Original-Method: post", "X-Original-URI: /labels"], 403),
            (["X-Original-Method: GET", "X-Original-URI: /labels"], 403),
            (["X-Original-Method: POST", "X-Original-URI: /x/../labels"], 403),
            (["X-Original-Method: POST", "X-Original-URI: labels"], 403),
            (["X-Original-Method: POST", "X-Original-URI: //labels"], 403),
            (["X-Original-Method: POST", "X-Original-URI: /labels/%2e%2e/x"], 403),
            (["X-Original-Method: POST", "X-Original-URI: https://labels"], 403),
            (["X-Original-Method: POST", "X-Original-URI: /labels#a"], 403),
        ]
        try await Server.with(maker.setting + [.key(sample.key)]) { (server) async throws in
            for (fields, status) in rows {
                let answer = try await server.ask(Self.request(sample.string, fields))
                #expect(answer.status == status, "\(fields)")
                if status == 403 { #expect(answer.code == "route_denied") }
            }
        }
    }

    @Test("what a peer that is not trusted reports is not believed, neither path nor address")
    func untrusted() async throws {
        var maker = KeyMaker(seed: 2)
        let routed = maker.key { $0.allowedRoutes = [.of(["POST"], "/labels")] }
        let placed = maker.key { $0.allowedAddresses = [.of("198.51.100.7")] }
        let local = maker.key { $0.allowedAddresses = [.of("127.0.0.1")] }
        try await Server.with(
            maker.setting + [routed, placed, local].map { .key($0.key) }, trusting: [.of("192.0.2.0/24")]
        ) { (server) async throws in
            #expect(try await server.ask(Self.request(routed.string, Self.nginx)).code == "route_denied")
            #expect(
                try await server.ask(Self.request(placed.string, ["X-Forwarded-For: 198.51.100.7"])).code
                    == "address_denied")
            #expect(try await server.ask(Self.request(local.string, ["X-Forwarded-For: 198.51.100.7"])).status == 200)
        }
    }

    @Test("the address is the right-most one that is not a trusted peer's own")
    func addresses() async throws {
        var maker = KeyMaker(seed: 3)
        let sample = maker.key { $0.allowedAddresses = [.of("198.51.100.7"), .of("2001:db8::/32")] }
        let rows: [([String], Int)] = [
            (["X-Forwarded-For: 198.51.100.7"], 200), (["X-Forwarded-For: 203.0.113.1, 198.51.100.7"], 200),
            (["X-Forwarded-For: 198.51.100.7, 127.0.0.5"], 200),
            (["X-Forwarded-For: 198.51.100.7,127.0.0.5 , 127.0.0.1"], 200),
            (["X-Forwarded-For: ::ffff:198.51.100.7"], 200), (["X-Forwarded-For: 2001:db8::1"], 200),
            (["X-Forwarded-For: nonsense, 198.51.100.7"], 200),
            // A client's own entries stand to the left of what its gateway saw.
            (["X-Forwarded-For: 198.51.100.7, 203.0.113.1"], 403), (["X-Forwarded-For: 203.0.113.1"], 403),
            (["X-Forwarded-For: 198.51.100.7", "X-Forwarded-For: 198.51.100.7"], 403),
            (["X-Forwarded-For: 198.51.100.7, "], 403),
            (["X-Forwarded-For:"], 403), (["X-Forwarded-For: 198.51.100.7:443"], 403),
            (["X-Forwarded-For: unknown"], 403),
            (["X-Forwarded-For: 127.0.0.1"], 403), (["X-Real-IP: 198.51.100.7"], 403),
            (["Forwarded: for=198.51.100.7"], 403), ([], 403),
        ]
        try await Server.with(maker.setting + [.key(sample.key)]) { (server) async throws in
            for (fields, status) in rows {
                #expect(try await server.ask(Self.request(sample.string, fields)).status == status, "\(fields)")
            }
        }
    }

    @Test("a path that the gateway appends is the original one, and its query asks for nothing here")
    func appended() async throws {
        var maker = KeyMaker(seed: 4)
        let sample = maker.key("a:b") { $0.allowedRoutes = [.of(["POST"], "/labels")] }
        let rows: [(String, String, [String], Int)] = [
            ("POST", "/v1/authorize/labels", [], 200), ("GET", "/v1/authorize/labels", [], 403),
            ("POST", "/v1/authorize/other", [], 403),
            ("POST", "/v1/authorize/labels?scope=x:y", [], 200),
            ("POST", "/v1/authorize/labels?scope=((&status=429&foo=bar", [], 200),
            ("POST", "/v1/authorize/labels/../x", [], 403), ("POST", "/v1/authorize//labels", [], 403),
            ("POST", "/v1/authorize/", [], 403),
            ("POST", "/v1/authorizelabels", [], 404), ("POST", "/v1/authorize/l%61bels", [], 200),
            // A client that adds a report of its own to what the gateway appended.
            ("POST", "/v1/authorize/other", Self.nginx, 403), ("POST", "/v1/authorize/other", Self.traefik, 403),
            ("GET", "/v1/authorize/labels", ["X-Original-Method: POST"], 403),
            ("POST", "/v1/authorize/labels", Self.nginx, 200),
        ]
        try await Server.with(maker.setting + [.key(sample.key)]) { (server) async throws in
            for (method, target, fields, status) in rows {
                let answer = try await server.ask(Self.request(sample.string, fields, target: target, method: method))
                #expect(answer.status == status, "\(method) \(target) \(fields)")
            }
        }
    }
}
