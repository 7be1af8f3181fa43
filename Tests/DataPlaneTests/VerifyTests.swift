// SPDX-License-Identifier: Apache-2.0
import Access
import IssuedKeys
import TestKit
import Testing
import Wire

@Suite struct VerifyTests {
    @Test("a good key is described whole, and every member is always there")
    func whole() async throws {
        let scene = VerifyScene()
        try await Server.with(scene.changes) { (server) async throws in
            let answer = try await server.ask(
                scene.post("{\"key\":\"\(scene.sample.string)\",\"scopes\":[\"labels:create\"]}"))
            let owner = "{\"type\":\"app\",\"id\":\"\(scene.maker.app)\",\"account\":\"\(scene.maker.account)\"}"
            let expected = """
                {"valid":true,"code":"valid","key_id":"\(scene.sample.key.id)","keyspace":"acme","environment":"live",\
                "owner":\(owner),"name":"quo\\"te","scopes":["labels:create","orders:read"],"metadata":{"plan":"pro"},\
                "expires_at":"9999-12-31T23:59:59.999Z","secret":"current","grace_expires_at":null,"retiring_since":null,"varies_with":[],"limits":[],"quota":null,"retry_after":null,"reservation":null}
                """
            #expect(answer.status == 200)
            #expect(answer.text == expected)
            #expect(answer["cache-control"] == "no-store")
            let unknown = try await server.ask(scene.post("{\"key\":\"nothing\"}"))
            #expect(unknown.code == "malformed")
            #expect(unknown.json?.asObject?.map(\.name) == answer.json?.asObject?.map(\.name))
        }
    }

    @Test("what is asked of a key decides, however it is written")
    func questions() async throws {
        let scene = VerifyScene()
        let (k, r) = (scene.sample.string, scene.routed.string)
        let escaped = k.utf8.map { byte in "\\u00" + (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
        let rows: [(String, String)] = [
            ("{\"key\":\"\(k)\"}", "valid"), ("  { \"key\" : \"\(k)\" } \n", "valid"),
            ("{\"key\":\"\(escaped)\"}", "valid"),
            ("{\"key\":\"\(k)\",\"scopes\":[]}", "valid"),
            ("{\"key\":\"\(k)\",\"scopes\":[\"orders:read\",\"labels:create\"]}", "valid"),
            ("{\"scopes\":[\"orders:read\"],\"key\":\"\(k)\"}", "valid"),
            ("{\"key\":\"\(k)\",\"scopes\":[\"orders:read\",\"a:b\"]}", "insufficient_scope"),
            ("{\"key\":\"\(k)\",\"scopes\":\"labels:create AND (a:b OR orders:read)\"}", "valid"),
            ("{\"key\":\"\(k)\",\"scopes\":\"labels:create AND (a:b OR b:c)\"}", "insufficient_scope"),
            ("{\"key\":\"\(k)\",\"scopes\":\"labels\\u003acreate\"}", "valid"),
            ("{\"key\":\"\(k)x\"}", "malformed"), ("{\"key\":\"\"}", "malformed"), ("{\"key\":\"\(k) \"}", "malformed"),
            ("{\"key\":\"\\u0000\"}", "malformed"),
            ("{\"key\":\"\(r)\",\"address\":\"198.51.100.1\",\"method\":\"POST\",\"path\":\"/labels\"}", "valid"),
            ("{\"key\":\"\(r)\",\"address\":\"198.51.100.1\",\"method\":\"POST\",\"path\":\"/labels?a=b\"}", "valid"),
            (
                "{\"path\":\"\\/l%61bels\",\"key\":\"\(escaped)\",\"method\":\"\\u0050OST\",\"address\":\"::ffff:198.51.100.1\"}",
                "valid"
            ),
            (
                "{\"key\":\"\(r)\",\"address\":\"198.51.100.1\",\"method\":\"POST\",\"path\":\"/x/../labels\"}",
                "route_denied"
            ),
            ("{\"key\":\"\(r)\",\"address\":\"198.51.100.1\",\"method\":\"GET\",\"path\":\"/labels\"}", "route_denied"),
            ("{\"key\":\"\(r)\",\"address\":\"198.51.100.1\",\"method\":\"POST\"}", "route_denied"),
            ("{\"key\":\"\(r)\",\"address\":\"192.0.2.1\",\"method\":\"POST\",\"path\":\"/labels\"}", "address_denied"),
            ("{\"key\":\"\(r)\",\"method\":\"POST\",\"path\":\"/labels\"}", "address_denied"),
        ]
        try await Server.with(scene.changes) { (server) async throws in
            for (body, code) in rows {
                let answer = try await server.ask(scene.post(body))
                #expect(answer.status == 200 && answer.code == code, "\(body)")
                #expect(answer.json?["valid"]?.asBool == (code == "valid"))
            }
        }
    }

    @Test("a body that is wrong is refused with a status, a pointer and a remedy, and never echoed")
    func badBodies() async throws {
        let scene = VerifyScene()
        let k = scene.sample.string
        let rows: [(String, Int, String?)] = [
            ("", 411, nil), ("{", 400, nil), ("null", 422, ""), ("[]", 422, ""), ("\"x\"", 422, ""),
            ("{}", 422, "/key"), ("{\"key\":null}", 422, "/key"),
            ("{\"key\":7}", 422, "/key"), ("{\"key\":[\"a\"]}", 422, "/key"), ("{\"key\":{\"a\":1}}", 422, "/key"),
            ("{\"key\":\"a\",\"key\":\"b\"}", 400, "/key"),
            ("{\"key\":\"a\",\"Key\":\"b\"}", 422, "/Key"), ("{\"key\":\"a\",\"x/y~z\":1}", 422, "/x~1y~0z"),
            ("{\"key\":\"a\"}}", 400, nil),
            ("{\"key\":\"a\"} {}", 400, nil), ("{\"key\":\"a\",}", 400, nil), ("{'key':'a'}", 400, nil),
            ("{\"key\":\"a\u{1}\"}", 400, nil),
            ("{\"key\":\"\\ud800\"}", 400, nil), ("{\"key\":\"\\x\"}", 400, nil), ("\u{FEFF}{\"key\":\"a\"}", 400, nil),
            ("{\"key\":\"\(k)\",\"scopes\":7}", 422, "/scopes"), ("{\"key\":\"\(k)\",\"scopes\":null}", 422, "/scopes"),
            ("{\"key\":\"\(k)\",\"scopes\":[7]}", 422, "/scopes/0"),
            ("{\"key\":\"\(k)\",\"method\":\"\"}", 422, "/method"),
            ("{\"key\":\"\(k)\",\"method\":\"get\"}", 422, "/method"),
            ("{\"key\":\"\(k)\",\"path\":\"\"}", 422, "/path"), ("{\"key\":\"\(k)\",\"path\":\"x/y\"}", 422, "/path"),
            ("{\"key\":\"\(String(repeating: "a", count: 8193))\"}", 422, "/key"),
            ("{\"key\":\"x\",\"scopes\":\"\"}", 422, "/scopes"),
            ("{\"key\":\"\(k)\",\"scopes\":[\"a:b\",\"a\"]}", 422, "/scopes/1"),
            ("{\"key\":\"\(k)\",\"scopes\":[\"a:b AND c:d\"]}", 422, "/scopes/0"),
            ("{\"key\":\"\(k)\",\"scopes\":\"a:b AND\"}", 422, "/scopes"),
            ("{\"key\":\"\(k)\",\"scopes\":\"\"}", 422, "/scopes"),
            ("{\"key\":\"\(k)\",\"address\":\"nowhere\"}", 422, "/address"),
            ("{\"key\":\"\(k)\",\"address\":\"\"}", 422, "/address"),
            ("{\"key\":\"\(k)\",\"method\":7}", 422, "/method"), ("{\"key\":\"\(k)\",\"path\":[]}", 422, "/path"),
            (String(repeating: "[", count: 5000), 422, ""),
            ("{\"a\":" + String(repeating: "[", count: 5000), 422, "/a"),
        ]
        try await Server.with(scene.changes) { (server) async throws in
            for (body, status, pointer) in rows {
                let answer = try await server.ask(scene.post(body))
                #expect(answer.status == status, "\(body.prefix(60)) \(answer.text)")
                if let pointer { #expect((answer.pointer ?? "") == pointer, "\(body.prefix(60)) \(answer.text)") }
                #expect(answer.json?["fix"]?.asString?.isEmpty == false && !answer.text.contains(k))
            }
            #expect(server.index.takeUses().allSatisfy { $0.key == scene.manager.key.id })
        }
    }

    @Test("bytes that are not UTF-8 are refused")
    func notUTF8() async throws {
        let scene = VerifyScene()
        try await Server.with(scene.changes) { (server) async throws in
            let body: [UInt8] = Array("{\"key\":\"a".utf8) + [0xC0, 0xAF] + Array("\"}".utf8)
            let head = scene.post(String(repeating: "x", count: body.count)).replacingBody()
            let client = try await Client(port: server.port)
            try await client.send(Array(head.utf8) + body)
            #expect(try await client.answer().status == 400)
            client.close()
        }
    }

    @Test("whoever asks must show a management key that may verify")
    func callers() async throws {
        var scene = VerifyScene()
        let reader = scene.maker.key("keys:read", isManagement: true)
        let outsider = scene.maker.key("keys:verify")
        let stopped = scene.maker.key("*:*", isManagement: true) { $0.state = .disabled }
        let distant = scene.maker.key("*:*", isManagement: true) { $0.allowedAddresses = [.of("192.0.2.1")] }
        let wide = scene.maker.key("*:*", isManagement: true)
        let rows: [(SampleKey, Int, String)] = [
            (reader, 403, "missing_scope"), (outsider, 403, "missing_scope"), (stopped, 401, "disabled"),
            (distant, 403, "address_denied"),
            (wide, 200, "valid"),
        ]
        try await Server.with(scene.changes + rows.map { .key($0.0.key) }) { (server) async throws in
            for (key, status, code) in rows {
                let answer = try await server.ask(scene.post("{\"key\":\"\(scene.sample.string)\"}", key: key.string))
                #expect(answer.status == status && answer.code == code)
            }
            let nobody = try await server.ask(
                "POST /v1/verify HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}")
            #expect(nobody.status == 401 && nobody.code == "unauthenticated")
            let forwarded = scene.post("{\"key\":\"\(scene.sample.string)\"}", key: distant.string)
                .replacingFirst("Host: x", with: "Host: x\r\nX-Forwarded-For: 192.0.2.1")
            #expect(try await server.ask(forwarded).status == 403, "a management key's address is the peer's own")
        }
    }

    @Test("a caller bound to accounts cannot tell another account's key from one that does not exist")
    func bound() async throws {
        var scene = VerifyScene()
        let bound = scene.maker.key("keys:verify", isManagement: true) {
            $0.boundAccounts = [AccountID(high: 9, low: 9)]
        }
        let stranger = scene.maker.key()
        try await Server.with(scene.changes + [.key(bound.key)]) { (server) async throws in
            for extra in ["", ",\"scopes\":[\"a:b\"]", ",\"scopes\":\"((\"", ",\"path\":\"/\""] {
                let theirs = try await server.ask(
                    scene.post("{\"key\":\"\(scene.sample.string)\"\(extra)}", key: bound.string))
                let none = try await server.ask(
                    scene.post("{\"key\":\"\(stranger.string)\"\(extra)}", key: bound.string))
                #expect(theirs.status == none.status && theirs.text == none.text, "\(extra)")
            }
            #expect(server.index.takeUses().allSatisfy { $0.key == bound.key.id })
        }
    }

    @Test(
        "only JSON that is marked as such is read",
        arguments: [nil, "text/plain", "application/x-www-form-urlencoded", "application/jsonp", "", "json"])
    func contentType(type: String?) async throws {
        let scene = VerifyScene()
        try await Server.with(scene.changes) { (server) async throws in
            #expect(try await server.ask(scene.post("{\"key\":\"a\"}", type: type)).status == 415)
            #expect(
                try await server.ask(scene.post("{\"key\":\"a\"}", type: "Application/JSON ; charset=utf-8")).status
                    == 200)
        }
    }
}
