// SPDX-License-Identifier: Apache-2.0
import Access
import BittingClient
import IssuedKeys
import TestKit
import Testing

@Suite("The client and the data plane")
struct PlaneTests {
    private let cast = Cast()

    /// Both ways to the same plane.
    private func clients(_ plane: Plane) throws -> [BittingClient] {
        [
            try BittingClient(dataURL: plane.url, key: cast.manager.string),
            try BittingClient(dataSocket: plane.socket, key: cast.manager.string),
            try BittingClient(
                dataURL: "http+unix://" + plane.socket.split(separator: "/").map { "%2F" + $0 }.joined(),
                key: cast.manager.string),
        ]
    }

    @Test("ask and answer over a port and over a socket")
    func bothWays() async throws {
        try await Plane.with(cast.changes) { plane in
            for client in try clients(plane) {
                let answer = try await client.verify(cast.plain.string, scopes: .all(["labels:create"]))
                #expect(answer.valid && answer.keyID == cast.plain.key.id.description)
                #expect(String(decoding: answer.metadata, as: UTF8.self) == #"{"plan":"pro"}"#)
                #expect(
                    try await client.verify(cast.plain.string, scopes: .query("a:b OR c:d")).code
                        == "insufficient_scope")
            }
        }
    }

    @Test("a key that is tied to address and route is good only for these, and unknown ones are refused")
    func tied() async throws {
        try await Plane.with(cast.changes) { plane in
            for client in try clients(plane) {
                func code(_ address: String?, _ method: String?, _ path: String?) async throws -> String {
                    try await client.verify(cast.tied.string, address: address, method: method, path: path).code
                }
                #expect(try await code("198.51.100.1", "POST", "/labels") == "valid")
                #expect(try await code("198.51.101.1", "POST", "/labels") == "address_denied")
                #expect(try await code(nil, "POST", "/labels") == "address_denied")
                #expect(try await code("198.51.100.1", "GET", "/labels") == "route_denied")
                #expect(try await code("198.51.100.1", nil, nil) == "route_denied")
            }
        }
    }

    @Test("questions one after the other share one connection", arguments: [0, 1])
    func reuse(_ way: Int) async throws {
        try await Plane.with(cast.changes) { plane in
            let client = try clients(plane)[way]
            for _ in 0..<50 { #expect(try await client.verify(cast.plain.string).valid) }
            #expect(plane.metric("bitting_connections") == 1)
        }
    }

    @Test("many questions at once share few connections, and each gets its own answer", arguments: [0, 1])
    func concurrent(_ way: Int) async throws {
        try await Plane.with(cast.changes) { plane in
            let client = try clients(plane)[way]
            try await withThrowingTaskGroup { group in
                for number in 0..<200 {
                    let isBad = number.isMultiple(of: 2)
                    let text = cast.plain.string
                    group.addTask {
                        let answer = try await client.verify(isBad ? text + "x" : text)
                        #expect(answer.valid == !isBad)
                    }
                }
                try await group.waitForAll()
            }
            #expect(try #require(plane.metric("bitting_connections")) <= 8)
        }
    }
}
