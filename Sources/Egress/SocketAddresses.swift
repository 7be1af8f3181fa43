// SPDX-License-Identifier: Apache-2.0

package import Access
package import NIOCore

extension IPAddress {
    /// The address of a socket; none for a Unix socket. A zone is not looked at: link-local is never dialed.
    package init?(_ socketAddress: SocketAddress) {
        guard let text = socketAddress.ipAddress else { return nil }
        self.init(text)
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
