// SPDX-License-Identifier: Apache-2.0
import Access
import DataPlane
import Glibc
import IssuedKeys
import TestKit
import Testing
import Wire

@Suite("The data plane on a Unix socket")
struct LocalSocketTests {
    private let scene = VerifyScene()
    private let directory: TemporaryDirectory
    private let path: String

    init() throws {
        directory = try TemporaryDirectory()
        path = directory.path + "/data.sock"
    }

    private func status() -> stat? {
        var found = stat()
        return unsafe lstat(path, &found) == 0 ? found : nil
    }

    private func ask(_ request: String) async throws -> Answer {
        let client = try await Client(socket: path)
        defer { client.close() }
        try await client.send(request)
        return try await client.answer()
    }

    @Test("it answers there as it does on a port, the group may open it, and it is gone at the end")
    func answers() async throws {
        try await Server.with(scene.changes) { server in
            try await server.plane.start(socket: path)
            #expect(try #require(status()).st_mode == S_IFSOCK | 0o660)
            let request = scene.post(#"{"key":"\#(scene.sample.string)"}"#)
            let (there, here) = (try await ask(request), try await server.ask(request))
            #expect(there.status == 200 && there.json?["valid"] == true)
            #expect(there.text == here.text)
        }
        #expect(status() == nil)
    }

    @Test("what a gateway there reports is believed; what it leaves out is unknown, and refused where it matters")
    func gateway() async throws {
        try await Server.with(scene.changes, trusting: []) { server in
            try await server.plane.start(socket: path)
            func authorize(_ reports: String) async throws -> Int {
                try await ask(
                    "GET /v1/authorize HTTP/1.1\r\nHost: x\r\nX-API-Key: \(scene.routed.string)\r\n\(reports)\r\n"
                ).status
            }
            let route = "X-Original-Method: POST\r\nX-Original-URI: /labels\r\n"
            #expect(try await authorize(route + "X-Forwarded-For: 198.51.100.9\r\n") == 200)
            #expect(try await authorize(route + "X-Forwarded-For: 203.0.113.9\r\n") == 403)
            #expect(try await authorize(route) == 403)
            #expect(try await authorize("X-Forwarded-For: 198.51.100.9\r\n") == 403)
        }
    }

    @Test("a management key that is tied to addresses cannot be used there")
    func tiedCaller() async throws {
        var maker = scene.maker
        let tied = maker.key("keys:verify", isManagement: true) { $0.allowedAddresses = [.of("127.0.0.0/8")] }
        try await Server.with(scene.changes + [.key(tied.key)]) { server in
            try await server.plane.start(socket: path)
            let request = scene.post(#"{"key":"\#(scene.sample.string)"}"#, key: tied.string)
            #expect(try await ask(request).code == "address_denied")
            #expect(try await server.ask(request).status == 200)
        }
    }

    @Test("a socket that was left over is replaced")
    func leftOver() async throws {
        let left = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: Array(path.utf8)) }
        let length = socklen_t(MemoryLayout<sockaddr_un>.size)
        let bound = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe bind(left, $0, length) }
        }
        close(left)
        try #require(bound == 0 && status() != nil)
        try await Server.with(scene.changes) { server in
            try await server.plane.start(socket: path)
            #expect(try await ask("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n").status == 200)
        }
    }

    @Test("one that somebody answers on is left to him")
    func inUse() async throws {
        try await Server.with(scene.changes) { first in
            try await first.plane.start(socket: path)
            try await Server.with(scene.changes) { second in
                _ = await #expect(throws: LocalSocket.Fault.inUse) { try await second.plane.start(socket: path) }
            }
            #expect(try await ask("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n").status == 200)
        }
    }

    @Test("a file that is no socket is left alone")
    func plainFile() async throws {
        let file = unsafe open(path, O_WRONLY | O_CREAT, 0o600)
        close(file)
        try await Server.with(scene.changes) { server in
            _ = await #expect(throws: LocalSocket.Fault.notSocket) { try await server.plane.start(socket: path) }
        }
        #expect(try #require(status()).st_mode & S_IFMT == S_IFREG)
    }

    @Test("a path that no socket can have is refused", arguments: ["", String(repeating: "x", count: 108)])
    func badPath(_ path: String) async throws {
        try await Server.with(scene.changes) { server in
            _ = await #expect(throws: LocalSocket.Fault.badPath) { try await server.plane.start(socket: path) }
        }
    }
}
