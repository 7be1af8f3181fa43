// SPDX-License-Identifier: Apache-2.0
import Access
import HeldKeys
import TestKit
import Testing

@Suite("A call whose credential was replaced on its way")
struct LendAgainTests {
    private static let refused = "HTTP/1.1 401 Unauthorized\r\nContent-Length: 2\r\n\r\nno"
    private static let done = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ndone"

    /// A provider that takes only `second-value`; the credential becomes that when the first request is there, if
    /// `isReplaced`.
    private static func with(
        isReplaced: Bool = true, _ body: (LendScene, Server, ScriptedProvider) async throws -> Void
    ) async throws {
        let provider = try await ScriptedProvider()
        let scene = try LendScene(.bearer(), port: provider.port, held: "first-value")
        let next = scene.nextVersion("second-value")
        provider.answers { request, count in
            if isReplaced, count == 0 { scene.lending.apply([.credential(next)]) }
            return request.contains("Bearer second-value\r\n") ? done : refused
        }
        try await Server.with(scene.changes, lending: scene.lending) { (server) async throws in
            try await body(scene, server, provider)
        }
        await provider.close()
    }

    @Test(
        "goes out once more with the new version, body and all",
        arguments: [
            ("GET", [], ""), ("POST", ["Content-Length: 5"], "body."),
            ("POST", ["Transfer-Encoding: chunked"], "5\r\nbody.\r\n0\r\n\r\n"),
            ("POST", ["Content-Length: 0"], ""),
        ])
    func again(method: String, fields: [String], text: String) async throws {
        try await Self.with { (scene, server, provider) async throws in
            let answer = try await server.ask(
                scene.request("/v1?a=b", [scene.bearer] + fields, method: method, body: text))
            #expect(answer.status == 200 && answer.text == "done", "\(answer)")
            let requests = provider.requests
            #expect(requests.count == 2 && requests[0].contains("Bearer first-value\r\n"))
            #expect(requests[0].replacingFirst("first-value", with: "second-value") == requests.last)
            #expect(!text.contains("body") || requests[1].contains("body."))
        }
    }

    @Test("is answered with the provider's 401 where nothing was replaced")
    func nothingNew() async throws {
        try await Self.with(isReplaced: false) { (scene, server, provider) async throws in
            let answer = try await server.ask(scene.request("/", [scene.bearer]))
            #expect(answer.status == 401 && answer.text == "no" && provider.requests.count == 1)
        }
    }

    @Test("goes out no more than twice")
    func once() async throws {
        try await Self.with { (scene, server, provider) async throws in
            let (second, third) = (scene.nextVersion("second-wrong"), scene.nextVersion("third-wrong", number: 3))
            provider.answers { _, count in
                scene.lending.apply([.credential(count == 0 ? second : third)])
                return Self.refused
            }
            let answer = try await server.ask(scene.request("/", [scene.bearer]))
            #expect(answer.status == 401 && provider.requests.count == 2)
        }
    }

    @Test("is answered with the provider's 401 where its body is too long to be kept")
    func tooLong() async throws {
        try await Self.with { (scene, server, provider) async throws in
            let text = String(repeating: "x", count: 70_000) + "."
            let answer = try await server.ask(
                scene.request("/", [scene.bearer, "Content-Length: 70001"], method: "POST", body: text))
            #expect(answer.status == 401 && provider.requests.count == 1)
        }
    }
}
