// SPDX-License-Identifier: Apache-2.0

package import Access
import Glibc
package import NIOCore
package import NIOPosix

/// Turns a name into addresses. Called once for each dial; nothing is kept, so that what was checked is what is dialed.
package struct NameResolver: Sendable {
    /// All addresses of a name, best first. Fails with `EgressFailure`.
    package let addresses: @Sendable (_ name: String, _ loop: any EventLoop) -> EventLoopFuture<[IPAddress]>

    /// Any way to look up names; tests bring their own.
    package init(addresses: @escaping @Sendable (String, any EventLoop) -> EventLoopFuture<[IPAddress]>) {
        self.addresses = addresses
    }

    /// The system's resolver (`getaddrinfo`: hosts file, search list, RFC 6724 order), on threads of its own because
    /// it blocks. A look-up that hangs keeps its thread, not the event loop.
    package static func system(on threads: NIOThreadPool) -> NameResolver {
        NameResolver { name, loop in
            threads.runIfActive(eventLoop: loop) { try lookUp(name) }
        }
    }

    private static func lookUp(_ name: String) throws(EgressFailure) -> [IPAddress] {
        var hints = unsafe addrinfo()
        unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var first: UnsafeMutablePointer<addrinfo>?
        let code = unsafe getaddrinfo(name, nil, &hints, &first)
        defer { unsafe freeaddrinfo(first) }
        guard code == 0 else {
            throw .unreachable(code == EAI_NONAME || code == -5 ? .nameNotFound : .nameLookup)
        }
        var addresses: [IPAddress] = []
        var next = unsafe first
        while let entry = unsafe next {
            if let address = unsafe IPAddress(entry.pointee) { addresses.append(address) }
            unsafe next = entry.pointee.ai_next
        }
        return addresses
    }
}

extension IPAddress {
    fileprivate init?(_ entry: addrinfo) {
        guard let address = unsafe entry.ai_addr else { return nil }
        let socketAddress: SocketAddress
        switch unsafe entry.ai_family {
        case AF_INET:
            socketAddress = unsafe SocketAddress(UnsafeRawPointer(address).load(as: sockaddr_in.self))
        case AF_INET6:
            socketAddress = unsafe SocketAddress(UnsafeRawPointer(address).load(as: sockaddr_in6.self))
        default:
            return nil
        }
        self.init(socketAddress)
    }
}
