// SPDX-License-Identifier: Apache-2.0
import HeldKeys
import Testing

@Suite struct LendAnswerTests {
    @Test(
        "an answer comes back whole, whatever its framing",
        arguments: [
            ("GET", ["HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n", "do", "ne"], false, 200, "done"),
            (
                "GET",
                [
                    "HTTP/1.1 201 Made\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nd", "o\r\n",
                    "2;a=b\r\nne\r\n0\r\nX: y\r\n\r\n",
                ], false, 201, "done"
            ),
            ("GET", ["HTTP/1.1 200 OK\r\n\r\ndo", "ne"], true, 200, "done"),
            ("GET", ["HTTP/1.0 200 OK\r\n\r\ndone"], true, 200, "done"),
            ("GET", ["HTTP/1.1 204 No Content\r\n\r\n"], false, 204, ""),
            ("GET", ["HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n"], false, 304, ""),
            ("HEAD", ["HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n"], false, 200, ""),
            ("HEAD", ["HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"], false, 200, ""),
            ("GET", ["HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"], false, 200, ""),
            ("GET", ["HTTP/1.1 302 Found\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n"], false, 302, ""),
            (
                "GET", ["HTTP/1.1 103 Early\r\nLink: x\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"],
                false, 200, "ok"
            ),
            (
                "GET",
                [
                    "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic\r\nSet-Cookie: a=b\r\nX-Bitting-Error: fake\r\nContent-Length: 0\r\n\r\n"
                ], false, 401, ""
            ),
        ] as [(String, [String], Bool, Int, String)])
    func answers(method: String, pieces: [String], closes: Bool, status: Int, text: String) async throws {
        try await LendScene.with(.bearer(), reply: .init(pieces: pieces, closes: closes)) {
            (scene, server, _) async throws in
            let client = try await Client(port: server.port)
            for _ in 0..<2 {
                try await client.send(scene.request("/", [scene.bearer], method: method))
                let answer = try await client.answer(toHead: method == "HEAD")
                #expect(answer.status == status && answer.text == text)
                for name in ["www-authenticate", "set-cookie", "x-bitting-error", "trailer"] {
                    #expect(answer[name] == nil)
                }
                if method == "HEAD", pieces[0].contains("99") { #expect(answer["content-length"] == "99") }
                if status == 302 { #expect(answer["location"] == "/x") }
            }
            client.close()
        }
    }

    @Test("a caller of HTTP/1.0 gets no chunks, but an answer that ends with the connection")
    func oldCaller() async throws {
        try await LendScene.with(
            .bearer(),
            reply: .init(pieces: ["HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\ndone\r\n0\r\n\r\n"])
        ) { (scene, server, _) async throws in
            let client = try await Client(port: server.port)
            try await client.send(
                scene.request("/", [scene.bearer, "Connection: keep-alive"]).replacingFirst(
                    "HTTP/1.1", with: "HTTP/1.0"))
            let answer = String(decoding: try await client.rest(), as: UTF8.self)
            #expect(answer.hasSuffix("\r\n\r\ndone") && !answer.lowercased().contains("chunked"))
        }
    }

    @Test("an answer that comes before the body is whole is handed on, and the connection closed after it")
    func early() async throws {
        let early = StandIn.Reply(pieces: ["HTTP/1.1 413 Too Large\r\nContent-Length: 4\r\n\r\nstop"], isEarly: true)
        try await LendScene.with(.bearer(), reply: early) { (scene, server, _) async throws in
            let client = try await Client(port: server.port)
            try await client.send(
                scene.request("/", [scene.bearer, "Content-Length: 100000"], method: "POST", body: "some"))
            let answer = try await client.answer()
            #expect(answer.status == 413 && answer.text == "stop" && answer["connection"] == "close")
            #expect(try await client.rest() == [])
        }
    }

    @Test(
        "an answer that is cut short is seen to be so: the caller's connection ends in the middle",
        arguments: [
            "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\nzz\r\n",
        ])
    func cutShort(piece: String) async throws {
        try await LendScene.with(.bearer(), reply: .init(pieces: [piece], closes: true)) {
            (scene, server, _) async throws in
            let client = try await Client(port: server.port)
            try await client.send(scene.request("/", [scene.bearer], method: "POST"))
            await #expect(throws: Client.Fault.self) { _ = try await client.answer() }
            let rest = String(decoding: try await client.rest(), as: UTF8.self)
            #expect(rest.isEmpty || rest.hasPrefix("HTTP/1.1 200 OK\r\n"))
            #expect(!rest.hasSuffix("0\r\n\r\n"))
        }
    }

    @Test(
        "a provider that closes without a word, or answers garbage, gives 502 and leaks nothing",
        arguments: [
            ("", "upstream_unreachable"), ("garbage\r\n\r\n", "upstream_malformed"),
            ("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", "upstream_malformed"),
        ])
    func badProvider(piece: String, code: String) async throws {
        try await LendScene.with(
            .bearer(), held: "canary-held", reply: .init(pieces: piece.isEmpty ? [] : [piece], closes: true)
        ) { (scene, server, _) async throws in
            let answer = try await server.ask(scene.request("/", [scene.bearer], method: "POST"))
            #expect(answer.status == 502 && answer["x-bitting-error"] == code, "\(answer)")
            #expect(
                !answer.text.contains("garbage") && !answer.text.contains("canary")
                    && !answer.text.contains("127.0.0.1"))
        }
    }

    @Test(
        "an answer of any length arrives, in however large pieces it is handed on",
        arguments: [4095, 4096, 4097, 5000, 70_000])
    func lengths(count: Int) async throws {
        let text = String(repeating: "x", count: count)
        let plain = ["HTTP/1.1 200 OK\r\nContent-Length: \(count)\r\n\r\n", text]
        let chunked = [
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\(String(count, radix: 16))\r\n", text,
            "\r\n0\r\n\r\n",
        ]
        for pieces in [plain, chunked] {
            try await LendScene.with(.bearer(), reply: .init(pieces: pieces)) { (scene, server, _) async throws in
                let answer = try await server.ask(scene.request("/", [scene.bearer]))
                #expect(answer.body.count == count)
            }
        }
    }
}
