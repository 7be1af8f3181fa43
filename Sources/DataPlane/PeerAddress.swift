// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import Glibc
internal import NIOCore

extension IPAddress {
    /// The address of a connected peer; nil for a Unix socket.
    init?(peer: SocketAddress) {
        switch peer {
        case .v4(let v4): self.init(v4: UInt32(bigEndian: v4.address.sin_addr.s_addr))
        case .v6(let v6):
            var address = v6.address.sin6_addr
            let bytes = unsafe withUnsafeBytes(of: &address) { unsafe Array($0) }
            let high = bytes[..<8].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            self.init(v6High: high, low: bytes[8...].reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
        case .unixDomainSocket: return nil
        }
    }
}
