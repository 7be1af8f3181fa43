// SPDX-License-Identifier: Apache-2.0
import Access
import DataPlane
import HeldKeys
import NIOCore
import Testing

@Suite("A provider that sends the credential back")
struct LendEchoTests {
    private static let held = "held/secret+value"
    private static let stars = String(repeating: "*", count: held.utf8.count)

    private static func answer(_ body: String, fields: String = "") -> String {
        "HTTP/1.1 200 \(held)\r\nX-Key: \(held)\r\n\(fields)Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
    }

    @Test("in a header or the body is read as stars, counted and reported once, and the length stays true")
    func scrubbed() async throws {
        let body = "{\"key\":\"\(Self.held)\",\"again\":\"held\\/secret+value\"}"
        try await LendScene.with(.bearer(), held: Self.held, reply: .init(pieces: [Self.answer(body)])) {
            (scene, server, standIn) async throws in
            for _ in 0..<2 {
                let answer = try await server.ask(scene.request("/", [scene.bearer, "Accept-Encoding: gzip, br"]))
                #expect(answer["x-key"] == Self.stars)
                #expect(answer.text == "{\"key\":\"\(Self.stars)\",\"again\":\"*\(Self.stars)\"}")
            }
            #expect(
                standIn.requests.allSatisfy { $0.contains("\r\nAccept-Encoding: identity\r\n") && !$0.contains("br") })
            #expect(server.metrics.contains("bitting_lend_echoes_total 4\n"))
            let reports = server.plane.takeEchoes()
            #expect(reports.map(\.place) == ["header"] && reports.first?.form == "plain")
            #expect(reports.first?.integration == scene.integration.id)
            #expect(reports.first?.credential == scene.integration.credential)
            #expect(server.plane.takeEchoes().isEmpty)
        }
    }

    @Test("is found across the pieces of every framing", arguments: [1, 7, 1000])
    func split(size: Int) async throws {
        let text = String(repeating: "x", count: 100) + Self.held + "y"
        let bytes = Array(text.utf8)
        let chunks = stride(from: 0, to: bytes.count, by: size).map { start in
            let piece = String(decoding: bytes[start..<min(start + size, bytes.count)], as: UTF8.self)
            return "\(String(piece.utf8.count, radix: 16))\r\n\(piece)\r\n"
        }
        let head = "HTTP/1.1 200 OK\r\n"
        let replies: [StandIn.Reply] = [
            .init(pieces: [head + "Transfer-Encoding: chunked\r\n\r\n"] + chunks + ["0\r\n\r\n"]),
            .init(pieces: [
                head + "Content-Length: \(bytes.count)\r\n\r\n", String(text.prefix(110)), String(text.dropFirst(110)),
            ]),
            .init(pieces: [head + "\r\n", String(text.prefix(110)), String(text.dropFirst(110))], closes: true),
        ]
        for reply in replies {
            try await LendScene.with(.bearer(), held: Self.held, reply: reply) { (scene, server, _) async throws in
                let answer = try await server.ask(scene.request("/", [scene.bearer]))
                #expect(answer.text == String(repeating: "x", count: 100) + Self.stars + "y")
                #expect(server.plane.takeEchoes().map(\.place) == ["body"])
            }
        }
    }

    @Test("shows what stood in Basic's place as stars, too")
    func basicPair() async throws {
        let pair = "YXBpOmhlbGQvc2VjcmV0K3ZhbHVl"
        try await LendScene.with(.basic("api:{value}"), held: Self.held, reply: .ok("got Basic \(pair)")) {
            (scene, server, standIn) async throws in
            let answer = try await server.ask(scene.request("/", [scene.bearer]))
            #expect(standIn.requests.first?.contains("Authorization: Basic \(pair)\r\n") == true)
            #expect(answer.text == "got Basic " + String(repeating: "*", count: pair.utf8.count))
        }
    }

    @Test("is left alone where the integration says so, and the caller's codings are asked for")
    func unscrubbed() async throws {
        var care = LendCare()
        care.scrubs = false
        try await LendScene.with(.bearer(), held: Self.held, care: care, reply: .ok(Self.held)) {
            (scene, server, standIn) async throws in
            let answer = try await server.ask(scene.request("/", [scene.bearer, "Accept-Encoding: gzip"]))
            #expect(answer.text == Self.held)
            #expect(standIn.requests.first?.contains("Accept-Encoding: gzip\r\n") == true)
            #expect(server.plane.takeEchoes().isEmpty)
        }
    }

    @Test("the next version is looked for from the very next answer on")
    func nextVersion() async throws {
        try await LendScene.with(.bearer(), held: Self.held, reply: .ok("\(Self.held) another-secret")) {
            (scene, server, _) async throws in
            #expect(try await server.ask(scene.request("/", [scene.bearer])).text == "\(Self.stars) another-secret")
            scene.lending.apply([.credential(scene.credential(box: scene.sealed("another-secret")))])
            #expect(
                try await server.ask(scene.request("/", [scene.bearer])).text
                    == "\(Self.held) \(String(repeating: "*", count: 14))")
        }
    }

    /// `{"key":"held/secret+value"}` and a line feed, in gzip; made with Python.
    private static let coded: [UInt8] = [
        31, 139, 8, 0, 0, 0, 0, 0, 2, 3, 171, 86, 202, 78, 173, 84, 178, 82, 202, 72, 205, 73, 209, 47, 78, 77, 46, 74,
        45, 209, 46, 75, 204, 41, 77, 85, 170, 229, 2, 0, 62, 40, 168, 178, 28, 0, 0, 0,
    ]

    private static func codedReply(_ coding: String, status: String = "200 OK") -> StandIn.Reply {
        StandIn.Reply(
            pieces: ["HTTP/1.1 \(status)\r\nContent-Encoding: \(coding)\r\nContent-Length: \(coded.count)\r\n\r\n"],
            bytes: coded)
    }

    @Test("in a compressed answer is found after decoding", arguments: ["gzip", "x-gzip", "GZIP"])
    func decoded(coding: String) async throws {
        try await LendScene.with(.bearer(), held: Self.held, reply: Self.codedReply(coding)) {
            (scene, server, _) async throws in
            let answer = try await server.ask(scene.request("/", [scene.bearer]))
            #expect(answer.text == "{\"key\":\"\(Self.stars)\"}\n")
            #expect(answer["content-encoding"] == nil && answer["transfer-encoding"] == "chunked")
        }
    }

    @Test(
        "in an answer that cannot be decoded is not handed on",
        arguments: [
            (LendCare.Compressed.decode, "br", "200 OK"), (.decode, "zstd", "200 OK"),
            (.decode, "gzip, gzip", "200 OK"),
            (.decode, "gzip", "206 Partial Content"), (.refuse, "gzip", "200 OK"),
        ])
    func refused(compressed: LendCare.Compressed, coding: String, status: String) async throws {
        var care = LendCare()
        care.compressed = compressed
        try await LendScene.with(
            .bearer(), held: Self.held, care: care, reply: Self.codedReply(coding, status: status)
        ) { (scene, server, _) async throws in
            let answer = try await server.ask(scene.request("/", [scene.bearer]))
            #expect(answer.status == 502 && answer["x-bitting-error"] == "upstream_encoding", "\(answer)")
        }
    }

    @Test("in a compressed answer passes where the integration says so")
    func passed() async throws {
        var care = LendCare()
        care.compressed = .pass
        try await LendScene.with(.bearer(), held: Self.held, care: care, reply: Self.codedReply("gzip")) {
            (scene, server, _) async throws in
            let answer = try await server.ask(scene.request("/", [scene.bearer]))
            #expect(answer.body == Self.coded && answer["content-encoding"] == "gzip")
        }
    }

    @Test("an answer that is not what its coding says ends before its time")
    func malformed() async throws {
        let reply = StandIn.Reply(
            pieces: ["HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 9\r\n\r\nno coding"])
        try await LendScene.with(.bearer(), reply: reply) { (scene, server, _) async throws in
            await #expect(throws: Client.Fault.self) { try await server.ask(scene.request("/", [scene.bearer])) }
        }
    }
}
