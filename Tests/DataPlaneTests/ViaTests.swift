// SPDX-License-Identifier: Apache-2.0
import HeldKeys
import Testing

@Suite("Calls that come back, and what is told of calls")
struct ViaTests {
    @Test(
        "a call that was here before is refused, whoever else it went through",
        arguments: [
            ("Via: 1.1 bitting-0a1b2c3d", true), ("Via: 1.0 fred, HTTP/1.1 bitting-0a1b2c3d (comment)", true),
            ("Via: 1.1 fred\r\nVia: 1.1\tbitting-0a1b2c3d", true), ("Via: 1.1 bitting-ffffffff", false),
            ("Via: 1.1 fred (bitting-0a1b2c3d)", false), ("Via: bitting-0a1b2c3d", false), ("Via: ,", false),
        ])
    func loops(field: String, isLoop: Bool) async throws {
        try await LendScene.with(.bearer(), via: "bitting-0a1b2c3d") { (scene, server, standIn) async throws in
            let answer = try await server.ask(scene.request("/", [scene.bearer, field]))
            #expect(answer.status == (isLoop ? 508 : 200))
            #expect(answer["x-bitting-error"] == (isLoop ? "loop" : nil))
            #expect(standIn.requests.count == (isLoop ? 0 : 1))
            guard !isLoop, let request = standIn.requests.first else { return }
            #expect(request.contains("\(field)\r\n") && request.contains("\r\nVia: 1.1 bitting-0a1b2c3d\r\n"))
        }
    }

    @Test("the trace's context passes, unless the caller keeps it to this hop")
    func traceContext() async throws {
        let fields = [
            "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "tracestate: congo=t61rcWkgMzE",
        ]
        try await LendScene.with(.bearer()) { (scene, server, standIn) async throws in
            _ = try await server.ask(scene.request("/", [scene.bearer] + fields))
            _ = try await server.ask(
                scene.request("/", [scene.bearer, "Connection: traceparent, tracestate"] + fields))
            #expect(standIn.requests.map { request in fields.count { request.contains($0 + "\r\n") } } == [2, 0])
        }
    }
}
