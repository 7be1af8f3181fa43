// SPDX-License-Identifier: Apache-2.0

import Glibc
import NIOCore

/// One datagram, sent without waiting and without a connection.
enum Datagram {
    static func send(_ text: String, toSocket path: String) throws(SecondPlaceFault) {
        guard let address = try? SocketAddress(unixDomainSocketPath: path) else {
            throw SecondPlaceFault("the path of its socket is too long")
        }
        try send(text, to: address)
    }

    static func send(_ text: String, to address: SocketAddress) throws(SecondPlaceFault) {
        let kind = Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
        let descriptor = socket(address.protocol.rawValue, kind, 0)
        guard descriptor >= 0 else { throw fault() }
        defer { close(descriptor) }
        let bytes = Array(text.utf8)
        let count = unsafe address.withSockAddr { peer, length in
            unsafe bytes.withUnsafeBytes { raw in
                unsafe sendto(
                    descriptor, raw.baseAddress, raw.count, Int32(MSG_NOSIGNAL), peer, socklen_t(length))
            }
        }
        guard count == bytes.count else { throw fault() }
    }

    private static func fault() -> SecondPlaceFault {
        SecondPlaceFault("it cannot be sent to: \(unsafe String(cString: strerror(errno)))")
    }
}
