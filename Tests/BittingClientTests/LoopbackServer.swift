// SPDX-License-Identifier: Apache-2.0
import Foundation
import Glibc
import Synchronization

/// A socket on loopback that on each connection in turn reads one request and writes fixed bytes; or stays silent.
final class LoopbackServer: Sendable {
    struct Failure: Error {}

    let port: UInt16
    private let listener: Int32
    private let requests: AsyncStream<String>
    private let calls = Atomic(0)

    /// Listens on a free port. nil to accept nothing: the kernel takes the connection, and nobody answers.
    convenience init(answering answer: String?) throws { try self.init(inTurn: answer.map { [$0] } ?? []) }

    /// Listens on a free port, and answers one connection after the other; with an empty answer it just closes.
    init(inTurn answers: [String]) throws {
        (listener, port) = try LoopbackServer.listening()
        let (requests, sink) = AsyncStream<String>.makeStream()
        self.requests = requests
        Thread.detachNewThread { [listener, weak self] in
            for answer in answers {
                let peer = accept(listener, nil, nil)
                guard peer >= 0 else { return }
                self?.calls.add(1, ordering: .relaxed)
                sink.yield(LoopbackServer.readRequest(peer))
                LoopbackServer.send(answer, to: peer)
                close(peer)
            }
        }
    }

    deinit {
        // Wakes the thread that still waits; the descriptor goes with the process.
        shutdown(listener, Int32(SHUT_RDWR))
    }

    /// The request, once it came.
    var request: String {
        get async throws {
            for await request in requests { return request }
            throw Failure()
        }
    }

    /// Whether anybody connected.
    var wasCalled: Bool { callCount > 0 }

    /// How many connections were taken.
    var callCount: Int { calls.load(ordering: .relaxed) }

    /// A port on which nobody listens.
    static func unusedPort() throws -> UInt16 {
        let (listener, port) = try listening()
        close(listener)
        return port
    }

    private static func listening() throws -> (Int32, UInt16) {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(INADDR_LOOPBACK).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                unsafe bind(listener, address, length) | listen(listener, 1) | getsockname(listener, address, &length)
            }
        }
        guard listener >= 0, result == 0 else { throw Failure() }
        return (listener, UInt16(bigEndian: address.sin_port))
    }

    /// A head, and as much body as it says.
    private static func readRequest(_ peer: Int32) -> String {
        var text = ""
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while !isWhole(text) {
            let count = unsafe recv(peer, &buffer, buffer.count, 0)
            guard count > 0 else { break }
            text += String(decoding: buffer[..<count], as: UTF8.self)
        }
        return text
    }

    private static func isWhole(_ text: String) -> Bool {
        guard let end = text.range(of: "\r\n\r\n") else { return false }
        let field = text.lowercased().split(separator: "\r\n").first { $0.hasPrefix("content-length: ") }
        let length = field.flatMap { Int($0.dropFirst("content-length: ".count)) } ?? 0
        return text[end.upperBound...].utf8.count >= length
    }

    private static func send(_ answer: String, to peer: Int32) {
        let bytes = Array(answer.utf8)
        var sent = 0
        while sent < bytes.count {
            let count = unsafe bytes[sent...].withUnsafeBytes {
                unsafe Glibc.send(peer, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return }
            sent += count
        }
    }
}
