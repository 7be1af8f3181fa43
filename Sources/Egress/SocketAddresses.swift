// SPDX-License-Identifier: Apache-2.0

package import Access
import Glibc
package import NIOCore

extension IPAddress {
    /// The address of a socket; none for a Unix socket. A zone is not looked at: link-local is never dialed.
    package init?(_ socketAddress: SocketAddress) {
        switch socketAddress {
        case .v4(let address):
            self.init(v4: UInt32(bigEndian: address.address.sin_addr.s_addr))
        case .v6(let address):
            let octets = unsafe withUnsafeBytes(of: address.address.sin6_addr) { bytes in
                unsafe (bytes.loadUnaligned(as: UInt64.self), bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
            }
            self.init(v6High: UInt64(bigEndian: octets.0), low: UInt64(bigEndian: octets.1))
        case .unixDomainSocket:
            return nil
        }
    }

    /// The very address, as bytes, for `connect`: no text in between that could be read in another way.
    package func socketAddress(port: Int) throws -> SocketAddress {
        var packed = ByteBuffer()
        if let v4 {
            packed.writeInteger(v4)
        } else {
            packed.writeInteger(high)
            packed.writeInteger(low)
        }
        return try SocketAddress(packedIPAddress: packed, port: port)
    }
}
