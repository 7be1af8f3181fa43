// SPDX-License-Identifier: Apache-2.0
import DataPlane
import Glibc
import HeldKeys
import TestKit
import Testing
import Wire

@Suite("The log of lent calls")
struct LendLogTests {
    /// The records of the calls that `body` makes, in their order.
    private static func records(
        reply: StandIn.Reply = .ok(), _ body: (LendScene, Server) async throws -> Void
    ) async throws -> [String] {
        let folder = try TemporaryDirectory()
        let path = folder.path + "/lend.log"
        let file = unsafe open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0o600)
        defer { close(file) }
        try await LendScene.with(.bearer(), reply: reply, log: LendLog(descriptor: file)) {
            (scene, server, _) async throws in
            try await body(scene, server)
        }
        var bytes = [UInt8](repeating: 0, count: 1 << 16)
        let count = unsafe bytes.withUnsafeMutableBytes { unsafe pread(file, $0.baseAddress, $0.count, 0) }
        return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self).split(separator: "\n").map(String.init)
    }

    @Test("tells who called what and how it ended, and no value of anything")
    func record() async throws {
        var shown: [String] = []
        let records = try await Self.records(reply: .ok("canary-answer")) { (scene, server) async throws in
            shown = [scene.sample.string, LendScene.held]
            let request = scene.request(
                "/v1/%7elabels?limit=canary-query&%63ursor=1&canary-name&limit=2",
                [
                    scene.bearer, "Content-Length: 11", "X-Canary: canary-field",
                    "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                ], method: "POST", body: "canary-body")
            #expect(try await server.ask(request).status == 200)
        }
        let record = try JSON.parse(try #require(records.first))
        #expect(records.count == 1)
        #expect(record["name"]?.asString == "carrier" && record["method"]?.asString == "POST")
        #expect(record["path"]?.asString == "/lend/carrier/v1/~labels")
        #expect(records[0].contains("\"query\":[\"limit\",\"cursor\",\"limit\"]"))
        #expect(
            records[0].contains("\"provider_status\":200")
                && records[0].contains("\"sent_bytes\":11,\"received_bytes\":13"))
        #expect(record["trace_id"]?.asString == "0af7651916cd43dd8448eb211c80319c" && record["code"] == nil)
        for name in ["integration", "app", "account", "credential", "version", "at"] {
            #expect(record[name]?.asString?.isEmpty == false)
        }
        for text in shown + ["canary"] { #expect(!records[0].contains(text)) }
    }

    @Test("tells of calls that were refused or failed, by their code; a key in the path or query is not in it")
    func refused() async throws {
        var key = ""
        let records = try await Self.records(reply: .init(pieces: ["garbage\r\n\r\n"], closes: true)) {
            (scene, server) async throws in
            key = scene.sample.string
            _ = try await server.ask(scene.request("/", ["Authorization: Bearer \(scene.stranger.string)x"]))
            _ = try await server.ask(scene.request("/\(key)/x?\(key)=1&a=\(key)", [scene.bearer]))
            _ = try await server.ask(scene.request("/", [scene.bearer]))
        }
        #expect(records.count == 3)
        #expect(records[0].contains("\"code\":\"unknown\"") && !records[0].contains("\"app\""))
        #expect(records[1].contains("/lend/carrier/*/x") && records[1].contains("\"query\":[\"a\"]"))
        #expect(records[2].contains("\"code\":\"upstream_malformed\""))
        #expect(!records.joined().contains(key))
    }
}
