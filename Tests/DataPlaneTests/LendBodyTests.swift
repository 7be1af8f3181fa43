// SPDX-License-Identifier: Apache-2.0
import HeldKeys
import Testing

@Suite("How much a lent call may carry")
struct LendBodyTests {
    private static func care(request: Int? = nil, response: Int? = nil) -> LendCare {
        var care = LendCare()
        (care.requestBytes, care.responseBytes) = (request, response)
        return care
    }

    @Test("a body that says it is too long is refused before the provider hears of it")
    func announcedRequest() async throws {
        try await LendScene.with(.bearer(), care: Self.care(request: 4)) { (scene, server, standIn) async throws in
            let refused = try await server.ask(
                scene.request("/", [scene.bearer, "Content-Length: 5"], method: "POST", body: "12345"))
            #expect(refused.status == 413 && refused["x-bitting-error"] == "request_too_large")
            #expect(standIn.requests.isEmpty)
            let taken = try await server.ask(
                scene.request("/", [scene.bearer, "Content-Length: 4"], method: "POST", body: "1234"))
            #expect(taken.status == 200)
        }
    }

    @Test("a body in chunks is given up as soon as it is too long; the provider never sees its end")
    func chunkedRequest() async throws {
        try await LendScene.with(.bearer(), care: Self.care(request: 4)) { (scene, server, standIn) async throws in
            let request = { (body: String) in
                scene.request("/", [scene.bearer, "Transfer-Encoding: chunked"], method: "POST", body: body)
            }
            let refused = try await server.ask(request("3\r\n123\r\n2\r\n45\r\n0\r\n\r\n"))
            #expect(refused.status == 413)
            #expect(standIn.requests.isEmpty)
            #expect(try await server.ask(request("3\r\n123\r\n1\r\n4\r\n0\r\n\r\n")).status == 200)
        }
    }

    @Test("an answer that says it is too long is not begun", arguments: ["GET", "HEAD"])
    func announcedAnswer(method: String) async throws {
        try await LendScene.with(
            .bearer(), care: Self.care(response: 3),
            reply: .init(pieces: ["HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n" + (method == "GET" ? "done" : "")])
        ) { (scene, server, _) async throws in
            let answer = try await server.ask(scene.request("/", [scene.bearer], method: method))
            #expect(answer.status == (method == "GET" ? 502 : 200))
            #expect(answer["x-bitting-error"] == (method == "GET" ? "response_too_large" : nil))
        }
    }

    @Test("an answer that turns out too long is cut short visibly, one that just fits is not", arguments: [3, 4])
    func unannouncedAnswer(most: Int) async throws {
        let reply = StandIn.Reply(
            pieces: ["HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\ndo\r\n", "2\r\nne\r\n0\r\n\r\n"])
        try await LendScene.with(.bearer(), care: Self.care(response: most), reply: reply) {
            (scene, server, _) async throws in
            guard most == 3 else {
                return #expect(try await server.ask(scene.request("/", [scene.bearer])).text == "done")
            }
            await #expect(throws: Client.Fault.self) { try await server.ask(scene.request("/", [scene.bearer])) }
        }
    }
}
