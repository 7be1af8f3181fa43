// SPDX-License-Identifier: Apache-2.0

package import NIOCore
package import NIOPosix

/// Opens connections: resolve, check, connect to the very address that was checked, TLS.
package struct Dialer: Sendable {
    /// Called once, on the loop that dialed.
    package typealias Completion = (Result<any Channel, EgressFailure>) -> Void

    /// Opens a channel on the given loop, which must be the one calling, and answers there. On success bytes can be
    /// exchanged at once. The one who gets the channel closes it.
    package let dial: @Sendable (Destination, any EventLoop, @escaping Completion) -> Void

    /// Any way to open channels; tests bring their own.
    package init(dial: @escaping @Sendable (Destination, any EventLoop, @escaping Completion) -> Void) {
        self.dial = dial
    }

    /// Dials over the network. What blocks runs on `threads`.
    package static func network(
        resolver: NameResolver, trust: TrustStore, threads: NIOThreadPool, limits: TimeLimits = TimeLimits()
    ) -> Dialer {
        Dialer { destination, loop, done in
            Dial(to: destination, on: loop, limits: limits, resolver: resolver, trust: trust, threads: threads, done)
                .start()
        }
    }
}
