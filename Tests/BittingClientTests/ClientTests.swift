// SPDX-License-Identifier: Apache-2.0
import BittingClient
import Testing

@Suite("The client")
struct ClientTests {
    private static let key = "bitting_live_0123456789"

    private static func client(_ answer: Response) throws -> BittingClient {
        try BittingClient(
            url: "http://127.0.0.1:7101", dataURL: "http://127.0.0.1:7100", key: key,
            transport: Transport { _ in answer })
    }

    private static func answer(_ status: Int, _ type: String, _ body: String) -> Response {
        Response(status: status, headers: [("Content-Type", type)], body: Array(body.utf8))
    }

    @Test("A verdict is read whole")
    func verdict() async throws {
        let body = """
            {"valid":true,"code":"valid","key_id":"key_1","keyspace":"shop","environment":"live","owner":{"type":"app",\
            "id":"app_1","account":"acc_1"},"name":"n","scopes":["a:b","c:d"],"metadata":{"team":"x"},\
            "expires_at":"2027-01-01T00:00:00.000Z","secret":"retiring",\
            "grace_expires_at":"2026-12-01T00:00:00.000Z","limits":[]}
            """
        let verification = try await ClientTests.client(ClientTests.answer(200, "application/json", body)).verify("k")
        #expect(verification.valid)
        #expect(verification.code == "valid")
        #expect(verification.keyID == "key_1")
        #expect(verification.keyspace == "shop")
        #expect(verification.environment == "live")
        #expect(verification.owner?.type == "app")
        #expect(verification.owner?.id == "app_1")
        #expect(verification.owner?.account == "acc_1")
        #expect(verification.name == "n")
        #expect(verification.scopes == ["a:b", "c:d"])
        #expect(String(decoding: verification.metadata, as: UTF8.self) == #"{"team":"x"}"#)
        #expect(verification.expiresAt == "2027-01-01T00:00:00.000Z")
        #expect(verification.secret == "retiring")
        #expect(verification.graceExpiresAt == "2026-12-01T00:00:00.000Z")
    }

    @Test("An unknown key has a verdict without facts")
    func unknown() async throws {
        let body = #"{"valid":false,"code":"unknown","key_id":null,"owner":null,"scopes":[],"metadata":{}}"#
        let verification = try await ClientTests.client(ClientTests.answer(200, "application/json", body)).verify("k")
        #expect(!verification.valid)
        #expect(verification.keyID == nil)
        #expect(verification.owner == nil)
        #expect(verification.scopes == [])
    }

    @Test(
        "What is no verdict never reads as one",
        arguments: [
            (200, ""), (200, "[]"), (200, #"{"valid":true}"#), (200, #"{"valid":1,"code":"valid"}"#), (302, ""),
            (500, ""),
        ])
    func noVerdict(_ status: Int, _ body: String) async throws {
        let client = try ClientTests.client(ClientTests.answer(status, "application/json", body))
        let error = await #expect(throws: BittingError.self) { try await client.verify("k") }
        #expect(error?.code == "unexpected_answer")
    }

    @Test("A refusal carries the problem's members")
    func refusal() async throws {
        let body = #"{"title":"T","status":422,"detail":"D","fix":"F","pointer":"/p","code":"invalid_field"}"#
        let client = try ClientTests.client(ClientTests.answer(422, "application/problem+json", body))
        let error = try #require(await #expect(throws: BittingError.self) { try await client.verify("k") })
        #expect((error.status, error.title, error.detail) == (422, "T", "D"))
        #expect((error.fix, error.pointer, error.code) == ("F", "/p", "invalid_field"))
        #expect(error.description == "T. D. F")
    }

    @Test("The key is in no description and no mirror")
    func hidden() throws {
        let client = try ClientTests.client(Response(status: 200))
        var dumped = ""
        dump(client, to: &dumped)
        for text in ["\(client)", String(reflecting: client), dumped] {
            #expect(!text.contains(ClientTests.key))
        }
    }

    @Test(
        "A key that cannot stand in a header is refused and not repeated",
        arguments: ["", "secret with space", "secret\r\nx: y", "secré", "secret\u{0}"])
    func badKey(_ key: String) throws {
        let error = #expect(throws: BittingError.self) { try BittingClient(key: key) }
        #expect(error?.code == "invalid_key")
        #expect(error?.description.contains("secr") == false)
    }

    @Test("The revision is what stands in the ETag")
    func revision() {
        #expect(Response(status: 200, headers: [("etag", "\"7\"")]).revision == "7")
        #expect(Response(status: 200, headers: [("ETag", "7")]).revision == nil)
        #expect(Response(status: 200).revision == nil)
    }
}
