// SPDX-License-Identifier: Apache-2.0
import Access
import HeldKeys
import NIOCore
import Secrets
import TestKit
import Testing
import Wire

@testable import DataPlane

/// Where a credential can go beside a field, Basic and the query.
@Suite struct PlacingTests {
    private static func format(_ text: String) throws -> SlotFormat {
        try #require(SlotFormat(text, longest: 1000, needsName: false, takesLineFeeds: true))
    }

    private static func request(_ text: String, at time: String, target: String) throws -> SignedRequest {
        let message = ByteBuffer(string: text + "\r\n\r\n")
        var parser = HeadParser()
        guard case .complete = parser.parseRequest(message.readableBytesUInt8Span) else {
            throw NoHead()
        }
        return SignedRequest(
            parser.request, message, target: Array(target.utf8), body: nil, at: try #require(Instant(time)))
    }

    private struct NoHead: Error {}

    /// The examples of docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html that sign no other fields.
    @Test(
        "a request is signed as AWS's own examples are",
        arguments: [
            ("/?lifecycle", "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"),
            ("/?max-keys=2&prefix=J", "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"),
            // The order in which parameters are sent does not matter.
            ("/?prefix=J&max-keys=2", "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"),
        ])
    func awsExamples(target: String, signature: String) throws {
        let request = try Self.request(
            "GET \(target) HTTP/1.1\r\nHost: x", at: "2013-05-24T00:00:00.000Z", target: target)
        var parts = [
            (name: "id", bytes: Array("AKIAIOSFODNN7EXAMPLE".utf8)),
            (name: "secret", bytes: Array("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY".utf8)),
        ]
        let filling = Filling(
            HeldValue(wiping: &parts), settings: [CredentialSetting(name: "region", value: "us-east-1")])
        let terms = AWSSignature(
            accessKeyID: "id", secretAccessKey: "secret", sessionToken: nil, region: try Self.format("{region}"),
            service: try Self.format("s3"))
        var out = ByteBuffer()
        #expect(
            AWSSigner.write(terms, request, filling, host: "examplebucket.s3.amazonaws.com", into: &out) == nil)
        #expect(
            String(buffer: out).split(separator: "\r\n").map(String.init) == [
                "x-amz-content-sha256: e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
                "x-amz-date: 20130524T000000Z",
                "Authorization: AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, "
                    + "SignedHeaders=host;x-amz-content-sha256;x-amz-date, Signature=\(signature)",
            ])
    }

    @Test("a caller's AWS signature is dropped with its date and session, and its key stood as the access key's id")
    func aws() async throws {
        let slot = CredentialSlot.awsSignature(
            AWSSignature(
                accessKeyID: "id", secretAccessKey: "secret", sessionToken: "session",
                region: try Self.format("{region}"), service: try Self.format("sqs")))
        let parts = ["id": "AKIA1", "secret": "shh", "session": "tok"]
        let settings = [CredentialSetting(name: "region", value: "eu-west-1")]
        try await LendScene.with([slot], parts: parts, settings: settings) {
            (scene, server, standIn) async throws in
            let fields = [
                "Authorization: AWS4-HMAC-SHA256 Credential=\(scene.sample.string)/20130524/x/sqs/aws4_request, "
                    + "SignedHeaders=host, Signature=00", "X-Amz-Date: 20010101T000000Z", "x-amz-security-token: mine",
                "X-Amz-Target: AmazonSQS.SendMessage", "Content-Length: 5",
            ]
            let answer = try await server.ask(scene.request("/", fields, method: "POST", body: "hello"))
            #expect(answer.status == 200, "\(answer)")
            let seen = try #require(standIn.requests.first)
            #expect(seen.hasSuffix("\r\n\r\nhello"))
            #expect(
                seen.contains("SignedHeaders=host;x-amz-content-sha256;x-amz-date;x-amz-security-token;x-amz-target,"))
            #expect(seen.contains("x-amz-security-token: tok\r\n"))
            #expect(
                seen.contains("x-amz-content-sha256: 2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"))
            #expect(!seen.contains(scene.sample.string) && !seen.contains("20010101") && !seen.contains("mine"))
        }
    }

    @Test("chunks that a caller signs one by one cannot be signed again")
    func chunkSigned() async throws {
        let slot = CredentialSlot.awsSignature(
            AWSSignature(
                accessKeyID: "id", secretAccessKey: "secret", sessionToken: nil, region: try Self.format("r"),
                service: try Self.format("s3")))
        try await LendScene.with([slot], parts: ["id": "AKIA1", "secret": "shh"]) {
            (scene, server, standIn) async throws in
            let fields = [
                scene.bearer, "x-amz-content-sha256: STREAMING-AWS4-HMAC-SHA256-PAYLOAD", "Content-Length: 1",
            ]
            let answer = try await server.ask(scene.request("/b/k", fields, method: "PUT", body: "x"))
            #expect(answer.status == 400 && standIn.requests.isEmpty, "\(answer)")
        }
    }

    @Test("a key in the path stands in front of it, percent-encoded, also where the caller's own key stood")
    func path() async throws {
        try await LendScene.with([.path(format: try Self.format("/bot{value}"))], parts: ["value": "1:a/b"]) {
            (scene, server, standIn) async throws in
            #expect(try await server.ask(scene.request("/getMe", [scene.bearer])).status == 200)
            #expect(try await server.ask(scene.request("/bot\(scene.sample.string)/getMe", [])).status == 200)
            let lines = standIn.requests.map { $0.prefix { $0 != "\r\n" } }
            #expect(lines == ["GET /bot1%3Aa%2Fb/getMe HTTP/1.1", "GET /bot1%3Aa%2Fb/getMe HTTP/1.1"])
        }
    }

    @Test(
        "a key in the body replaces what the caller put there, in JSON and in a form",
        arguments: [
            ("application/json", #"{"a":1.50,"token":"mine"}"#, #"{"a":1.50,"token":"s\"1"}"#),
            ("application/json; charset=utf-8", "{}", #"{"token":"s\"1"}"#),
            ("application/x-www-form-urlencoded", "token=mine&a=b&TOKEN=x", "a=b&token=s%221"),
        ])
    func body(type: String, sent: String, received: String) async throws {
        let slot = CredentialSlot.body(name: "token", format: try Self.format("{value}"))
        for fields in [["Content-Length: \(sent.utf8.count)"], ["Transfer-Encoding: chunked"]] {
            let body = fields[0].hasPrefix("T") ? "\(String(sent.utf8.count, radix: 16))\r\n\(sent)\r\n0\r\n\r\n" : sent
            try await LendScene.with([slot], parts: ["value": "s\"1"]) { (scene, server, standIn) async throws in
                let request = scene.request(
                    "/", [scene.bearer, "Content-Type: \(type)"] + fields, method: "POST", body: body)
                #expect(try await server.ask(request).status == 200)
                let seen = try #require(standIn.requests.first)
                #expect(seen.hasSuffix("Content-Length: \(received.utf8.count)\r\n\r\n\(received)"), "\(seen)")
            }
        }
    }

    @Test(
        "a body that cannot carry the key is refused before anything leaves",
        arguments: ["text/plain", "application/json"])
    func unfit(type: String) async throws {
        let slot = CredentialSlot.body(name: "token", format: try Self.format("{value}"))
        try await LendScene.with([slot], parts: ["value": "s"]) { (scene, server, standIn) async throws in
            let fields = [scene.bearer, "Content-Type: \(type)", "Content-Length: 3"]
            let answer = try await server.ask(scene.request("/", fields, method: "POST", body: "[1]"))
            #expect(answer.status == 415 && standIn.requests.isEmpty)
        }
    }

    @Test("a message signature covers what its description names")
    func messageSignature() async throws {
        let slot = CredentialSlot.signature(
            MessageSignature(
                algorithm: .sha256, key: "secret", encoding: .hex,
                message: try Self.format("{id}\n{method}\n{path}{query}\n{body}"),
                fields: [
                    .init(name: "X-Id", format: try Self.format("{id}")),
                    .init(name: "X-Signature", format: try Self.format("v1={signature}")),
                ], time: .unix))
        try await LendScene.with([slot], parts: ["id": "me", "secret": "key"]) {
            (scene, server, standIn) async throws in
            let fields = [scene.bearer, "X-Signature: mine", "Content-Length: 2"]
            #expect(
                try await server.ask(scene.request("/v1/a?b=c", fields, method: "POST", body: "hi")).status == 200)
            let seen = try #require(standIn.requests.first)
            let code = KeyedDigest.code(
                .sha256, key: Array("key".utf8).span, of: Array("me\nPOST\n/v1/a?b=c\nhi".utf8))
            #expect(seen.contains("X-Id: me\r\nX-Signature: v1=\(Hexadecimal.text(code))\r\n"))
            #expect(!seen.contains("mine"))
        }
    }

    @Test("several slots are all filled, each with its part")
    func several() async throws {
        let slots: [CredentialSlot] = [
            .header(name: "DD-API-KEY", format: try Self.format("{api}")),
            .header(name: "DD-APPLICATION-KEY", format: try Self.format("{app}")),
            .query(name: "site", format: try Self.format("{site}")),
        ]
        let settings = [CredentialSetting(name: "site", value: "eu")]
        try await LendScene.with(slots, parts: ["api": "one", "app": "two"], settings: settings) {
            (scene, server, standIn) async throws in
            let fields = ["DD-API-KEY: \(scene.sample.string)", "dd-application-key: mine"]
            #expect(try await server.ask(scene.request("/v1/x", fields)).status == 200)
            let seen = try #require(standIn.requests.first)
            #expect(seen.hasPrefix("GET /v1/x?site=eu HTTP/1.1\r\n"))
            #expect(seen.contains("\r\nDD-API-KEY: one\r\nDD-APPLICATION-KEY: two\r\n") && !seen.contains("mine"))
        }
    }

    @Test("a value that lacks a part is not lent")
    func missingPart() async throws {
        let slots: [CredentialSlot] = [.header(name: "X-Key", format: try Self.format("{other}"))]
        try await LendScene.with(slots, parts: ["api": "one"]) { (scene, server, standIn) async throws in
            #expect(try await server.ask(scene.request("/v1/x", [scene.bearer])).status == 502)
            #expect(standIn.requests.isEmpty)
        }
    }

    @Test("a token is fetched once for all calls that wait for it, and carried until it ends")
    func clientCredentials() async throws {
        let reply = StandIn.Reply.ok(#"{"access_token":"tok-1","token_type":"Bearer","expires_in":3600}"#)
        let standIn = try await StandIn(reply)
        let slot = CredentialSlot.clientCredentials(
            ClientCredentials(
                tokenOrigin: try #require(OriginPattern("http://127.0.0.1:\(standIn.port)")), tokenPath: "/oauth/token",
                clientID: "id", clientSecret: "secret", authentication: .basic, scope: "read write", audience: nil))
        var parts = [(name: "id", bytes: Array("me:".utf8)), (name: "secret", bytes: Array("shh".utf8))]
        let scene = try LendScene([slot], port: standIn.port, value: HeldValue(wiping: &parts))
        try await Server.with(scene.changes, lending: scene.lending) { server in
            let answers = try await withThrowingTaskGroup { group in
                for _ in 0..<10 {
                    group.addTask { try await server.ask(scene.request("/v1/x", [scene.bearer])).status }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(answers == Array(repeating: 200, count: 10))
        }
        let fetches = standIn.requests.filter { $0.hasPrefix("POST /oauth/token HTTP/1.1\r\n") }
        #expect(fetches.count == 1)
        #expect(fetches.first?.contains("\r\nAuthorization: Basic bWUlM0E6c2ho\r\n") ?? false)
        #expect(fetches.first?.hasSuffix("\r\n\r\ngrant_type=client_credentials&scope=read%20write") ?? false)
        let calls = standIn.requests.filter { $0.hasPrefix("GET /v1/x HTTP/1.1\r\n") }
        #expect(calls.count == 10 && calls.allSatisfy { $0.contains("\r\nAuthorization: Bearer tok-1\r\n") })
        await standIn.close()
    }

    @Test(
        "a token endpoint that gives none is said to be the trouble, and nothing is lent",
        arguments: [
            "HTTP/1.1 401 Unauthorized\r\nContent-Length: 2\r\n\r\n{}",
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}",
            "HTTP/1.1 200 OK\r\nContent-Length: 28\r\n\r\n{\"access_token\":\"a\\r\\nX: b\"}",
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[[",
        ])
    func noToken(reply: String) async throws {
        let standIn = try await StandIn(StandIn.Reply(pieces: [reply]))
        let slot = CredentialSlot.clientCredentials(
            ClientCredentials(
                tokenOrigin: try #require(OriginPattern("http://127.0.0.1:\(standIn.port)")), tokenPath: "/t",
                clientID: "id", clientSecret: "secret", authentication: .body, scope: nil, audience: "all"))
        var parts = [(name: "id", bytes: Array("me".utf8)), (name: "secret", bytes: Array("s&h".utf8))]
        let scene = try LendScene([slot], port: standIn.port, value: HeldValue(wiping: &parts))
        try await Server.with(scene.changes, lending: scene.lending) { server in
            let answer = try await server.ask(scene.request("/v1/x", [scene.bearer]))
            #expect(answer.status == 502 && answer["x-bitting-error"] == "credential_unavailable", "\(answer)")
        }
        #expect(standIn.requests.count == 1)
        #expect(
            standIn.requests[0].hasSuffix(
                "grant_type=client_credentials&audience=all&client_id=me&client_secret=s%26h"))
        await standIn.close()
    }
}
