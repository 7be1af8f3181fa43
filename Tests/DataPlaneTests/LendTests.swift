// SPDX-License-Identifier: Apache-2.0
import Access
import HeldKeys
import IssuedKeys
import TestKit
import Testing

@Suite struct LendTests {
    private static func body(_ request: String?) -> String {
        guard let request, let end = request.firstRange(of: "\r\n\r\n")?.upperBound else { return "" }
        return String(request[end...])
    }

    @Test("what may not leave is refused with Bitting's own code, and nothing reaches the provider")
    func refusals() async throws {
        try await LendScene.with(.bearer(), allow: [.of(["GET", "POST"], "/v1/**")]) {
            (scene, server, standIn) async throws in
            let rows: [(method: String, target: String, fields: [String], status: Int, code: String)] = [
                ("GET", "/v2", [scene.bearer], 403, "not_allowed"),
                ("DELETE", "/v1", [scene.bearer], 403, "not_allowed"),
                ("TRACE", "/v1", [scene.bearer], 403, "not_allowed"),
                ("GET", "/v1/../v2", [scene.bearer], 400, "path_not_canonical"),
                ("GET", "/v1/%2e%2e/v2", [scene.bearer], 400, "path_not_canonical"),
                ("GET", "/v1/%2F", [scene.bearer], 400, "path_not_canonical"),
                ("GET", "/v1//a", [scene.bearer], 400, "path_not_canonical"),
                ("GET", "/v1/%5c", [scene.bearer], 400, "path_not_canonical"),
                ("GET", "/v1/%00", [scene.bearer], 400, "path_not_canonical"),
                ("POST", "", [scene.bearer], 403, "not_allowed"),
                ("GET", "/v1/%C0%AF", [scene.bearer], 400, "path_not_canonical"),
                ("GET", "/../carrier/v1", [scene.bearer], 400, "path_not_canonical"),
                ("GET", "%2fv1", [scene.bearer], 400, "path_not_canonical"),
                ("GET", "/v1", [], 401, "unknown"), ("GET", "/v1", ["Authorization: Bearer x"], 401, "unknown"),
                ("GET", "x/v1", [scene.bearer], 404, "integration_unknown"),
            ]
            for row in rows {
                let answer = try await server.ask(scene.request(row.target, row.fields, method: row.method))
                #expect(answer.status == row.status && answer["x-bitting-error"] == row.code, "\(row) \(answer)")
            }
            #expect(standIn.requests.isEmpty)
        }
    }

    @Test("a key that is not an app's, and one that is revoked, lend nothing")
    func callers() async throws {
        let standIn = try await StandIn()
        var scene = try LendScene(.bearer(), port: standIn.port)
        let (user, account) = (scene.maker.user, scene.maker.account)
        let others = [
            scene.maker.key { $0 = $0.with(owner: .user(user)) },
            scene.maker.key { $0 = $0.with(owner: .account(account)) },
        ]
        let revoked = scene.maker.key {
            $0.state = .revoked(Revocation(at: FixedTime.start, reason: .other, note: nil))
        }
        let routed = scene.maker.key { $0.allowedRoutes = [.of(["GET"], "/lend/carrier/v1")] }
        let keys = others + [revoked, routed]
        try await Server.with(scene.changes + keys.map { .key($0.key) }, lending: scene.lending) {
            (server) async throws in
            func ask(_ key: SampleKey, _ target: String) async throws -> Answer {
                try await server.ask(scene.request(target, ["Authorization: Bearer \(key.string)"]))
            }
            for key in others { #expect(try await ask(key, "/v1")["x-bitting-error"] == "integration_unknown") }
            #expect(try await ask(revoked, "/v1")["x-bitting-error"] == "revoked")
            #expect(try await ask(routed, "/v2")["x-bitting-error"] == "route_denied")
            #expect(standIn.requests.isEmpty)
            #expect(try await ask(routed, "/v1").status == 200)
        }
        await standIn.close()
    }

    @Test("the path that was matched is the path that is sent")
    func canonical() async throws {
        try await LendScene.with(.bearer(), allow: [.of(["GET"], "/v1/abc/*")]) {
            (scene, server, standIn) async throws in
            for target in ["/v1/%61bc/%7e?x=%41", "/v1/abc/%7E?x=%41", "/v1/abc/~?x=%41"] {
                #expect(try await server.ask(scene.request(target, [scene.bearer])).status == 200)
            }
            #expect(standIn.requests.allSatisfy { $0.hasPrefix("GET /v1/abc/~?x=%41 HTTP/1.1\r\n") })
            #expect(standIn.requests.count == 3)
        }
    }

    @Test("a held value that cannot be opened is not sent, and the next version is seen by the very next call")
    func versions() async throws {
        try await LendScene.with(.bearer(), held: "first") { (scene, server, standIn) async throws in
            #expect(try await server.ask(scene.request("/", [scene.bearer])).status == 200)
            scene.lending.apply([.credential(scene.credential(box: [UInt8](repeating: 1, count: 60)))])
            let refused = try await server.ask(scene.request("/", [scene.bearer]))
            #expect(refused.status == 502 && refused["x-bitting-error"] == "credential_unavailable")
            scene.lending.apply([.credential(scene.credential(box: scene.sealed("second")))])
            #expect(try await server.ask(scene.request("/", [scene.bearer])).status == 200)
            #expect(standIn.requests.map { $0.contains("Bearer first\r\n") } == [true, false])
            #expect(standIn.requests.last?.contains("Authorization: Bearer second\r\n") == true)
        }
    }

    @Test("a body goes through whole, sized or in chunks, however it is cut, and the connection is used again")
    func bodies() async throws {
        try await LendScene.with(.bearer()) { (scene, server, standIn) async throws in
            let text = String((0..<3000).map { Character(Unicode.Scalar(UInt8(97 + $0 % 26))) })
            let client = try await Client(port: server.port)
            let sized = scene.request("/a", [scene.bearer, "Content-Length: 3000"], method: "POST", body: text)
            let chunked = scene.request(
                "/b", [scene.bearer, "Transfer-Encoding: chunked"], method: "PUT",
                body: "bb8;x=y\r\n\(text)\r\n0\r\nTrailer: x\r\n\r\n")
            for request in [sized, chunked] {
                for count in [request.utf8.count, 1000, 333] {
                    var rest = Array(request.utf8)[...]
                    while !rest.isEmpty {
                        try await client.send(Array(rest.prefix(count)))
                        rest = rest.dropFirst(count)
                    }
                    let answer = try await client.answer()
                    #expect(answer.status == 200 && answer.text == "done")
                }
            }
            client.close()
            #expect(
                standIn.requests.prefix(3).allSatisfy {
                    Self.body($0) == text && $0.contains("\r\nContent-Length: 3000\r\n")
                })
            #expect(standIn.requests.count == 6)
            #expect(
                standIn.requests.suffix(3).allSatisfy {
                    Self.dechunked(Self.body($0)) == text && !$0.contains("Trailer")
                })
        }
    }

    private static func dechunked(_ text: String) -> String {
        var bytes = Array("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\(text)".utf8)
        return Answer.read(&bytes, isHead: false, isEnd: true)?.text ?? "not chunked"
    }

    @Test("lent calls sent together are answered in their order, others between them")
    func pipelining() async throws {
        try await LendScene.with(.bearer()) { (scene, server, standIn) async throws in
            let client = try await Client(port: server.port)
            let lend = scene.request("/a", [scene.bearer, "Content-Length: 2"], method: "POST", body: "hi")
            let health = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
            let refused = scene.request("/a", [])
            try await client.send([lend, health, refused, lend, scene.request("/b", [scene.bearer]), health].joined())
            var statuses: [Int] = []
            for _ in 0..<6 { statuses.append(try await client.answer().status) }
            #expect(statuses == [200, 200, 401, 200, 200, 200])
            #expect(standIn.requests.count == 3)
            client.close()
        }
    }

    @Test("a broken body of the caller's own is refused, and the connection closed")
    func brokenBody() async throws {
        try await LendScene.with(.bearer()) { (scene, server, standIn) async throws in
            let client = try await Client(port: server.port)
            try await client.send(
                scene.request(
                    "/", [scene.bearer, "Transfer-Encoding: chunked"], method: "POST", body: "4\r\nhalf\r\nzz\r\n"))
            let answer = try await client.answer()
            #expect(answer.status == 400 && answer["connection"] == "close")
            #expect(try await client.rest() == [])
            #expect(standIn.requests.isEmpty)
        }
    }

    @Test("megabytes go both ways, at the pace of whoever is slower")
    func streaming() async throws {
        let large = String(repeating: "0123456789abcdef", count: 1 << 18)
        try await LendScene.with(
            .bearer(), reply: .init(pieces: ["HTTP/1.1 200 OK\r\nContent-Length: \(large.utf8.count)\r\n\r\n", large])
        ) { (scene, server, standIn) async throws in
            let client = try await Client(port: server.port)
            try await client.send(
                scene.request("/", [scene.bearer, "Content-Length: \(large.utf8.count)"], method: "POST", body: large))
            let answer = try await client.answer()
            #expect(answer.status == 200 && answer.body.count == large.utf8.count)
            #expect(Self.body(standIn.requests.first).utf8.count == large.utf8.count)
            client.close()
        }
    }
}
