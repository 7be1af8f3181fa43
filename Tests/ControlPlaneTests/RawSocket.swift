// SPDX-License-Identifier: Apache-2.0
import Foundation
import Glibc

/// A plain TCP connection on loopback, for bytes that no HTTP client would send.
enum RawSocket {
    struct Failure: Error {
        let step: String
    }

    /// Sends all bytes, says that no more will follow if asked to, and reads until the other side ends the
    /// connection. Blocks a thread of its own, not one of the tests'.
    static func exchange(_ bytes: [UInt8], port: UInt16, endsWriting: Bool = false) async throws -> [UInt8] {
        try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread { continuation.resume(with: Result { try talk(bytes, port, endsWriting) }) }
        }
    }

    private static func talk(_ bytes: [UInt8], _ port: UInt16, _ endsWriting: Bool) throws -> [UInt8] {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { throw Failure(step: "socket") }
        defer { close(descriptor) }
        // Only so that a connection that is wrongly kept open fails the test instead of hanging it.
        var patience = timeval(tv_sec: 30, tv_usec: 0)
        unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let connected = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard connected == 0 else { throw Failure(step: "connect") }
        var sent = 0
        while sent < bytes.count {
            let count = unsafe bytes[sent...].withUnsafeBytes {
                unsafe send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { break }
            sent += count
        }
        if endsWriting { shutdown(descriptor, Int32(SHUT_WR)) }
        return try receive(descriptor)
    }

    private static func receive(_ descriptor: Int32) throws -> [UInt8] {
        var received: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = unsafe buffer.withUnsafeMutableBytes { unsafe recv(descriptor, $0.baseAddress, $0.count, 0) }
            if count == 0 { return received }
            guard count > 0 else { throw Failure(step: "the connection was not ended: \(errno)") }
            received += buffer[..<count]
        }
    }
}
