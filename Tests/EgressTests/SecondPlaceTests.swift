// SPDX-License-Identifier: Apache-2.0
import Access
import Egress
import Foundation
import HeldKeys
import NIOCore
import NIOPosix
import Synchronization
import Testing

@Suite struct NoteFileTests {
    private let directory = FileManager.default.temporaryDirectory.appending(path: "bitting-notes-\(UUID().uuidString)")

    private func inDirectory(_ body: (_ path: String) async throws -> Void) async throws {
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        try await body(directory.appending(path: "notes").path)
    }

    private func text(_ path: String) throws -> String { try String(contentsOfFile: path, encoding: .utf8) }

    @Test("notes stand one after another, and nobody else may read the file")
    func appends() async throws {
        try await inDirectory { path in
            let place = SecondPlace.file(path)
            try await place.deliver("a\n")
            try await place.deliver("b\n")
            #expect(try text(path) == "a\n\nb\n\n")
            let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
            #expect(mode == 0o600)
        }
    }

    @Test("a file that was moved away is made anew")
    func rotated() async throws {
        try await inDirectory { path in
            let place = SecondPlace.file(path)
            try await place.deliver("a\n")
            try FileManager.default.moveItem(atPath: path, toPath: path + ".1")
            try await place.deliver("b\n")
            #expect(try text(path + ".1") == "a\n\n")
            #expect(try text(path) == "b\n\n")
        }
    }

    @Test("a note does not run into one that was cut off by a loss of power")
    func torn() async throws {
        try await inDirectory { path in
            try Data("a\n\nhalf a no".utf8).write(to: URL(fileURLWithPath: path))
            try await SecondPlace.file(path).deliver("b\n")
            #expect(try text(path) == "a\n\nhalf a no\n\nb\n\n")
        }
    }

    @Test("what is no file takes nothing, and does not hold anybody up", arguments: ["", "missing/notes"])
    func noFile(_ name: String) async throws {
        try await inDirectory { _ in
            await #expect(throws: SecondPlaceFault.self) {
                try await SecondPlace.file(directory.appending(path: name).path).deliver("a\n")
            }
        }
    }

    @Test("a pipe that nobody reads is refused at once")
    func pipe() async throws {
        try await inDirectory { path in
            let made = unsafe mkfifo(path, 0o600)
            try #require(made == 0)
            await #expect(throws: SecondPlaceFault("it is not a file")) {
                try await SecondPlace.file(path).deliver("a\n")
            }
        }
    }
}

@Suite struct WebhookTests {
    private static let loopback = ["127.0.0.0/8"].compactMap { AddressRange($0) }

    /// Keeps what comes, and answers when the head's length of body is there.
    private final class Taker: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer
        private let answer: String
        private var text = ""

        private let keep: @Sendable (String) -> Void

        init(_ answer: String, _ received: Received) {
            self.answer = answer
            keep = received.keep
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            text += String(buffer: unwrapInboundIn(data))
            guard text.hasSuffix("note\n") else { return }
            keep(text)
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: answer)), promise: nil)
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
    }

    private final class Received: Sendable {
        private let content = Mutex<[String]>([])
        var texts: [String] { content.withLock { $0 } }
        var keep: @Sendable (String) -> Void { { text in self.content.withLock { $0.append(text) } } }
    }

    private func server(answering answer: String, _ received: Received) throws -> Upstream {
        try Upstream { channel in try? channel.pipeline.syncOperations.addHandler(Taker(answer, received)) }
    }

    @Test("a note is posted as text, whole, to the path with its query")
    func posted() async throws {
        let received = Received()
        let server = try server(answering: "HTTP/1.1 204 No Content\r\n\r\n", received)
        defer { server.close() }
        let url = "http://127.0.0.1:\(server.port)/hook/s3cret?t=1"
        let place = try SecondPlace.webhook(url, allowingPrivate: Self.loopback)
        try await place.deliver("a — note\n")
        #expect(
            received.texts == [
                "POST /hook/s3cret?t=1 HTTP/1.1\r\nHost: 127.0.0.1:\(server.port)\r\n"
                    + "Content-Type: text/plain; charset=utf-8\r\nContent-Length: 11\r\nUser-Agent: bitting\r\n"
                    + "Connection: close\r\n\r\na — note\n"
            ])
        #expect(place.name == "webhook http://127.0.0.1:\(server.port)")
    }

    @Test("a body behind a good status, however long, is not waited for")
    func endless() async throws {
        let received = Received()
        let server = try server(answering: "HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\nx", received)
        defer { server.close() }
        let place = try SecondPlace.webhook("http://127.0.0.1:\(server.port)", allowingPrivate: Self.loopback)
        try await place.deliver("note\n")
        #expect(received.texts.count == 1)
    }

    @Test(
        "any other status is a refusal, a redirect too",
        arguments: ["301 Moved\r\nLocation: http://127.0.0.1:1/", "403 Forbidden", "500 Oops"])
    func refused(_ status: String) async throws {
        let received = Received()
        let server = try server(answering: "HTTP/1.1 \(status)\r\nContent-Length: 0\r\n\r\n", received)
        defer { server.close() }
        let place = try SecondPlace.webhook("http://127.0.0.1:\(server.port)/", allowingPrivate: Self.loopback)
        await #expect(throws: SecondPlaceFault("it answered with \(status.prefix(3))")) {
            try await place.deliver("note\n")
        }
        #expect(received.texts.count == 1)
    }

    @Test("an address that is not public is refused unless its range was opened, and nothing is sent")
    func guarded() async throws {
        let received = Received()
        let server = try server(answering: "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", received)
        defer { server.close() }
        for host in ["127.0.0.1", "localhost"] {
            let place = try SecondPlace.webhook("http://\(host):\(server.port)/", allowingPrivate: [])
            let fault = await #expect(throws: SecondPlaceFault.self) { try await place.deliver("note\n") }
            #expect(fault?.reason.contains("is refused (loopback)") == true)
        }
        #expect(received.texts.isEmpty)
    }

    @Test("a server that does not answer is given up when the task is cancelled")
    func cancelled() async throws {
        let server = try Upstream { _ in }
        defer { server.close() }
        let place = try SecondPlace.webhook("http://127.0.0.1:\(server.port)/", allowingPrivate: Self.loopback)
        let task = Task { try await place.deliver("note\n") }
        task.cancel()
        await #expect(throws: (any Error).self) { try await task.value }
    }

    @Test(
        "an address that would have to be repaired is none",
        arguments: [
            "", "ftp://h/", "https://", "https://user@h/", "https://h/a b", "https://h/#x", "https://h:0/",
            "https://h/é", "http://127.1/", "https://h?\r\nX: y",
        ])
    func unusable(_ url: String) {
        #expect(throws: OriginFault.self) { try SecondPlace.webhook(url, allowingPrivate: []) }
    }
}

@Suite struct SyslogTests {
    private static let now = Instant(milliseconds: 1_769_850_000_000)

    /// A socket that takes datagrams, and the next one.
    private final class Listener: Sendable {
        let descriptor: Int32
        init(_ descriptor: Int32) { self.descriptor = descriptor }

        func next() -> String {
            var bytes = [UInt8](repeating: 0, count: 4096)
            let count = unsafe recv(descriptor, &bytes, bytes.count, 0)
            return String(decoding: bytes[..<max(0, count)], as: UTF8.self)
        }

        deinit { close(descriptor) }
    }

    private static func listen(_ address: SocketAddress) throws -> Listener {
        let descriptor = socket(address.protocol.rawValue, Int32(SOCK_DGRAM.rawValue), 0)
        try #require(descriptor >= 0)
        let bound = unsafe address.withSockAddr { unsafe bind(descriptor, $0, socklen_t($1)) }
        try #require(bound == 0)
        return Listener(descriptor)
    }

    private static func port(of listener: Listener) -> Int {
        var address = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        _ = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe getsockname(listener.descriptor, $0, &length)
            }
        }
        return Int(UInt16(bigEndian: address.sin_port))
    }

    @Test("the machine's own syslog gets one line with the note in it")
    func local() async throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "log-\(UUID().uuidString.prefix(8))").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        let listener = try Self.listen(SocketAddress(unixDomainSocketPath: path))
        try await SecondPlace.localSyslog(path: path, now: { Self.now }).deliver("a\nb\n")
        let line = listener.next()
        #expect(
            line.firstMatch(of: #/^<110>[A-Z][a-z]{2} [ 123]\d \d\d:\d\d:\d\d bitting\[\d+\]: bitting-checkpoint /#)
                != nil)
        #expect(!line.contains("\n"))
        #expect(NoteLine.note(in: Array(line.utf8)) == Array("a\nb\n".utf8))
    }

    @Test("a syslog server gets it by UDP, in the newer form")
    func remote() async throws {
        let listener = try Self.listen(SocketAddress(ipAddress: "127.0.0.1", port: 0))
        let place = try SecondPlace.syslog(
            host: "127.0.0.1", port: Self.port(of: listener),
            allowingPrivate: [try #require(AddressRange("127.0.0.0/8"))], now: { Self.now })
        try await place.deliver("a\nb\n")
        let line = listener.next()
        #expect(
            line.hasPrefix("<110>1 2026-01-31T09:00:00.000Z - bitting \(getpid()) checkpoint - bitting-checkpoint "))
        #expect(NoteLine.note(in: Array(line.utf8)) == Array("a\nb\n".utf8))
    }

    @Test("nothing goes to an address that is not public unless its range was opened")
    func guarded() async throws {
        let place = try SecondPlace.syslog(host: "127.0.0.1", port: 9, allowingPrivate: [], now: { Self.now })
        let fault = await #expect(throws: SecondPlaceFault.self) { try await place.deliver("a\n") }
        #expect(fault?.reason.contains("is refused (loopback)") == true)
    }

    @Test("a machine without a syslog says so")
    func none() async {
        let place = SecondPlace.localSyslog(path: "/nonexistent/log", now: { Self.now })
        await #expect(throws: SecondPlaceFault.self) { try await place.deliver("a\n") }
    }

    @Test("a host that is none is refused", arguments: ["", "a b", "1.2.3", "user@h", "h/p"])
    func unusable(_ host: String) {
        #expect(throws: OriginFault.self) {
            try SecondPlace.syslog(host: host, port: 514, allowingPrivate: [], now: { Self.now })
        }
    }
}
