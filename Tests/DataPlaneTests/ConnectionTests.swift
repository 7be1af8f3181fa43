// SPDX-License-Identifier: Apache-2.0
import IssuedKeys
import TestKit
import Testing

@Suite struct ConnectionTests {
    private struct Scene {
        var maker = KeyMaker(seed: 1)
        let manager: SampleKey
        let sample: SampleKey

        init() {
            manager = maker.key("keys:verify", isManagement: true)
            sample = maker.key("a:b")
        }

        var changes: [KeyChange] { maker.setting + [.key(manager.key), .key(sample.key)] }

        var body: String { "{\"key\":\"\(sample.string)\"}" }

        func head(_ fields: String) -> String {
            "POST /v1/verify HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(manager.string)\r\nContent-Type: application/json\r\n\(fields)\r\n"
        }

        func sized(_ body: String) -> String { head("Content-Length: \(body.utf8.count)\r\n") + body }

        func chunked(_ body: String, by count: Int) -> String {
            var text = head("Transfer-Encoding: chunked\r\n")
            var rest = Array(body.utf8)[...]
            while !rest.isEmpty {
                let piece = rest.prefix(count)
                text += String(piece.count, radix: 16) + "\r\n" + String(decoding: piece, as: UTF8.self) + "\r\n"
                rest = rest.dropFirst(count)
            }
            return text + "0\r\n\r\n"
        }

        var authorize: String { "GET /v1/authorize HTTP/1.1\r\nHost: x\r\nX-API-Key: \(sample.string)\r\n\r\n" }
    }

    @Test("requests sent together are answered in their order, bodies of all kinds between them")
    func pipelining() async throws {
        let scene = Scene()
        let health = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
        let unwanted = "POST /nowhere HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nGET /"
        let requests: [(String, Int)] = [
            (scene.authorize, 200), (scene.sized(scene.body), 200), (health, 200),
            (scene.chunked(scene.body, by: 3), 200), (unwanted, 404),
            (scene.sized("{"), 400), ("\(scene.authorize)", 200), ("GET /v1/verify HTTP/1.1\r\nHost: x\r\n\r\n", 405),
            (scene.authorize, 200),
        ]
        try await Server.with(scene.changes) { (server) async throws in
            let client = try await Client(port: server.port)
            for _ in 0..<20 {
                try await client.send(requests.map(\.0).joined())
                for (request, status) in requests {
                    #expect(try await client.answer().status == status, "\(request.prefix(40))")
                }
            }
            client.close()
        }
    }

    @Test(
        "a request that comes in two pieces is answered, wherever it was cut",
        arguments: ["sized", "chunked", "authorize"])
    func everySplit(kind: String) async throws {
        let scene = Scene()
        let request =
            switch kind {
            case "sized": Array(scene.sized(scene.body).utf8)
            case "chunked": Array(scene.chunked(scene.body, by: 20).utf8)
            default: Array(scene.authorize.utf8)
            }
        try await Server.with(scene.changes) { (server) async throws in
            let client = try await Client(port: server.port)
            for cut in 1..<request.count {
                try await client.send(Array(request[..<cut]))
                // An answer to a whole request in between makes sure that the first piece was read alone.
                _ = try await server.ask("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
                try await client.send(Array(request[cut...]))
                let answer = try await client.answer()
                #expect(answer.status == 200, "\(cut)")
            }
            client.close()
            #expect(server.index.takeUses().first { $0.key == scene.sample.key.id }?.count == Int64(request.count - 1))
        }
    }

    @Test("a client that waits for 100 Continue gets it, once, and then its answer")
    func expectContinue() async throws {
        let scene = Scene()
        try await Server.with(scene.changes) { (server) async throws in
            let client = try await Client(port: server.port)
            for framing in ["Content-Length: \(scene.body.utf8.count)", "Transfer-Encoding: chunked"] {
                try await client.send(scene.head("\(framing)\r\nExpect: 100-continue\r\n"))
                #expect(try await client.interim() == "HTTP/1.1 100 Continue\r\n\r\n")
                let count = scene.body.utf8.count
                try await client.send(
                    framing.hasPrefix("C") ? scene.body : "\(String(count, radix: 16))\r\n\(scene.body)\r\n0\r\n\r\n")
                #expect(try await client.answer().status == 200)
            }
            try await client.send(scene.head("Content-Length: 2000000\r\nExpect: 100-continue\r\n"))
            let refused = try await client.answer()
            #expect(refused.status == 413)
            #expect(try await client.rest() == [])
        }
    }

    @Test("a body of a mebibyte is read, one byte more is refused, sized or chunked, and the server goes on")
    func longest() async throws {
        let scene = Scene()
        let exact = scene.body + String(repeating: " ", count: (1 << 20) - scene.body.utf8.count)
        try await Server.with(scene.changes) { (server) async throws in
            #expect(try await server.ask(scene.sized(exact)).status == 200)
            #expect(try await server.ask(scene.chunked(exact, by: 60_000)).status == 200)
            #expect(try await server.ask(scene.sized(exact + " ")).status == 413)
            #expect(try await server.ask(scene.chunked(exact + " ", by: 60_000)).status == 413)
            #expect(try await server.ask("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n").status == 200)
        }
    }

    @Test(
        "a chunked body that passes a mebibyte by a little after a long head is refused, and nothing in it is taken for a request"
    )
    func tooLongByALittle() async throws {
        let scene = Scene()
        try await Server.with(scene.changes) { (server) async throws in
            let client = try await Client(port: server.port)
            try await client.send(
                scene.head("Transfer-Encoding: chunked\r\nX-Padding: \(String(repeating: "a", count: 8000))\r\n"))
            try await client.send("100000\r\n" + String(repeating: " ", count: 1 << 20) + "\r\n")
            _ = try await server.ask("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
            try await client.send("40\r\n0\r\n\r\nGET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
            #expect(try await client.answer().status == 413)
            #expect(try await client.rest() == [])
            #expect(try await server.ask("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n").status == 200)
        }
    }

    @Test("a path is answered only to its method, and an answer to HEAD has no body")
    func methods() async throws {
        let scene = Scene()
        let rows: [(String, String, Int, String?)] = [
            ("GET", "/v1/verify", 405, "POST"), ("PUT", "/v1/verify/batch", 405, "POST"),
            ("POST", "/healthz", 405, "GET"),
            ("HEAD", "/v1/verify", 405, "POST"), ("HEAD", "/nowhere", 404, nil), ("GET", "/", 404, nil),
            ("GET", "/v1/verify/", 404, nil),
            ("GET", "/lend", 401, nil), ("GET", "/v1", 404, nil), ("GET", "/readyz", 200, nil),
            ("GET", "/healthz?x", 200, nil),
        ]
        try await Server.with(scene.changes) { (server) async throws in
            let client = try await Client(port: server.port)
            for (method, path, status, allow) in rows {
                try await client.send("\(method) \(path) HTTP/1.1\r\nHost: x\r\n\r\n")
                let answer = try await client.answer(toHead: method == "HEAD")
                #expect(answer.status == status, "\(method) \(path)")
                #expect(answer["allow"] == allow)
            }
            try await client.send(scene.authorize)
            #expect(try await client.answer().status == 200, "nothing of the answers to HEAD was left over")
            client.close()
        }
    }

    @Test(
        "a head that is not HTTP is refused, and the connection closed without looking at what follows",
        arguments: [
            ("GET /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
            ("GET /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 400),
            ("GET /healthz HTTP/1.1\r\nHost : x\r\n\r\n", 400),
            ("GET /healthz HTTP/1.1\r\nHost: x\r\n folded: y\r\n\r\n", 400),
            ("GET /healthz HTTP/1.1\r\nHost: x\rX: y\r\n\r\n", 400),
            ("GET /healthz HTTP/1.1\r\n\r\n", 400), ("GET  /healthz HTTP/1.1\r\nHost: x\r\n\r\n", 400),
            ("GET /healthz HTTP/9.1\r\nHost: x\r\n\r\n", 505),
            ("\u{0}\r\n\r\n", 400), ("GET /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", 400),
            ("GET /healthz HTTP/1.1\r\nHost: x\r\nX: \(String(repeating: "a", count: 17_000))\r\n\r\n", 431),
            ("GET /healthz HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", 501),
            ("PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n", 505),
            ("POST /v1/verify HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400),
        ])
    func malformed(head: String, status: Int) async throws {
        let scene = Scene()
        try await Server.with(scene.changes) { (server) async throws in
            let client = try await Client(port: server.port)
            try await client.send(head + scene.authorize)
            let answer = try await client.answer()
            #expect(answer.status == status || (status == 501 && answer.status == 400))
            #expect(answer["connection"] == "close")
            #expect(try await client.rest() == [])
            #expect(server.index.takeUses().isEmpty)
        }
    }

    @Test("a connection that is not to be kept is closed after its answer", arguments: ["HTTP/1.0", "HTTP/1.1 close"])
    func closes(version: String) async throws {
        let scene = Scene()
        try await Server.with(scene.changes) { (server) async throws in
            let client = try await Client(port: server.port)
            let field = version.hasSuffix("close") ? "Connection: close\r\n" : ""
            let request =
                "GET /v1/authorize \(version.prefix(8))\r\nHost: x\r\nX-API-Key: \(scene.sample.string)\r\n\(field)\r\n"
            try await client.send(request + request)
            #expect(try await client.answer().status == 200)
            #expect(try await client.rest() == [])
            #expect(server.index.takeUses().map(\.count) == [1])
        }
    }
}
