// SPDX-License-Identifier: Apache-2.0

package import NIOCore

/// How long each phase of an exchange may take. There is no limit on the whole: a stream may run for hours.
package struct TimeLimits: Sendable {
    /// Until a name has addresses.
    package var resolve: TimeAmount = .seconds(5)
    /// Until a connection stands, over all addresses of the name.
    package var connect: TimeAmount = .seconds(10)
    /// Until the TLS handshake is done.
    package var tls: TimeAmount = .seconds(10)
    /// From the end of the request to the first byte of the answer.
    package var firstByte: TimeAmount = .seconds(60)
    /// Between two pieces of a body, in either direction, and within a head.
    /// A caller that takes or sends nothing for that long is given up too.
    package var bodyIdle: TimeAmount = .seconds(300)
    /// How long an unused connection is kept. Shorter than what most servers keep (60 to 75 s), so that they
    /// rarely close it under a request; a server that announces less (`Keep-Alive: timeout=5`) is believed.
    package var keepAlive: TimeAmount = .seconds(55)
    /// How old a connection may be to be kept for another call: an upstream that moves is followed by then, however
    /// busy its connections are.
    package var age: TimeAmount = .minutes(15)

    /// The usual limits.
    package init() {}
}
