// SPDX-License-Identifier: Apache-2.0
import BittingClient
import Testing

@Suite("The client over a real socket")
struct NetworkTests {
    private static let verdict = #"{"valid":true,"code":"valid"}"#

    private static func answer(_ status: String, fields: String = "", _ body: String) -> String {
        "HTTP/1.1 \(status)\r\n\(fields)content-length: \(body.utf8.count)\r\nconnection: close\r\n\r\n\(body)"
    }

    private static func client(_ port: UInt16, timeout: Duration = .seconds(30)) throws -> BittingClient {
        let url = "http://127.0.0.1:\(port)"
        return try BittingClient(url: url, dataURL: url, key: "caller_key", timeout: timeout)
    }

    @Test("A verification goes over the wire and back")
    func roundTrip() async throws {
        let server = try LoopbackServer(answering: NetworkTests.answer("200 OK", NetworkTests.verdict))
        let verification = try await NetworkTests.client(server.port).verify("presented", scopes: .all(["a:b"]))
        #expect(verification.valid)
        let request = try await server.request
        #expect(request.hasPrefix("POST /v1/verify HTTP/1.1\r\n"))
        #expect(request.lowercased().contains("authorization: bearer caller_key\r\n"))
        #expect(request.lowercased().contains("content-type: application/json\r\n"))
        #expect(request.hasSuffix("\r\n\r\n" + #"{"key":"presented","scopes":["a:b"]}"#))
    }

    @Test("A redirect is an answer, not a way to go")
    func redirect() async throws {
        let elsewhere = try LoopbackServer(answering: NetworkTests.answer("200 OK", NetworkTests.verdict))
        let server = try LoopbackServer(
            answering: NetworkTests.answer(
                "307 Go", fields: "location: http://127.0.0.1:\(elsewhere.port)/v1/verify\r\n", ""))
        let response = try await NetworkTests.client(server.port).call(
            "GET", ["v1", "keys", "a b/c"], query: [("q", "ä&=")])
        #expect(response.status == 307)
        let request = try await server.request
        #expect(request.hasPrefix("GET /v1/keys/a%20b%2Fc?q=%C3%A4%26%3D HTTP/1.1\r\n"))
        #expect(!elsewhere.wasCalled)
    }

    @Test("An answer beyond the size limit is given up")
    func tooLarge() async throws {
        let server = try LoopbackServer(
            answering: "HTTP/1.1 200 OK\r\ncontent-length: 9000000\r\nconnection: close\r\n\r\n"
                + String(repeating: "x", count: 9_000_000))
        let client = try NetworkTests.client(server.port)
        let error = await #expect(throws: BittingError.self) { try await client.call("GET", ["v1"]) }
        #expect(error?.code == "answer_too_large")
    }

    @Test("A question whose connection is lost is asked once more, and no oftener")
    func lost() async throws {
        let verdict = NetworkTests.answer("200 OK", NetworkTests.verdict)
        let once = try LoopbackServer(inTurn: ["", verdict])
        #expect(try await NetworkTests.client(once.port).verify("presented").valid)
        #expect(once.callCount == 2)
        let twice = try LoopbackServer(inTurn: ["", "", verdict])
        let error = await #expect(throws: BittingError.self) {
            try await NetworkTests.client(twice.port).verify("presented")
        }
        #expect(error?.code == "connection_lost")
        #expect(twice.callCount == 2)
    }

    @Test("One with a cost is not: it could be paid twice")
    func lostCost() async throws {
        let server = try LoopbackServer(inTurn: ["", NetworkTests.answer("200 OK", NetworkTests.verdict)])
        let error = await #expect(throws: BittingError.self) {
            try await NetworkTests.client(server.port).verify("presented", cost: 5)
        }
        #expect(error?.code == "connection_lost")
        #expect(server.callCount == 1)
    }

    @Test("Silence ends with the time limit")
    func silence() async throws {
        let server = try LoopbackServer(answering: nil)
        let client = try NetworkTests.client(server.port, timeout: .milliseconds(50))
        let error = await #expect(throws: BittingError.self) { try await client.call("GET", ["v1"]) }
        #expect(error?.code == "timed_out")
        #expect(error?.detail == "http://127.0.0.1:\(server.port) took too long.")
    }

    @Test("Nobody there is said with the address, without the key")
    func nobody() async throws {
        let port = try LoopbackServer.unusedPort()
        let client = try NetworkTests.client(port)
        let error = try #require(await #expect(throws: BittingError.self) { try await client.call("GET", ["v1"]) })
        #expect(error.code == "unreachable")
        #expect(error.title == "Nothing answers at http://127.0.0.1:\(port)")
        #expect(!error.description.contains("caller_key"))
    }
}
