// SPDX-License-Identifier: Apache-2.0

package import Access
import HeldKeys
package import NIOCore
import NIOPosix
import Wire

/// One GET over a connection of its own, bounded in time and size. Redirects are not followed; special addresses are
/// refused but for the ranges that were opened, and plain HTTP goes to addresses of this machine alone.
package struct Fetch: Sendable {
    private let dialer: Dialer
    private let allowed: [AddressRange]
    private let limits: TimeLimits
    /// From the first look-up to the last byte.
    private let within: TimeAmount

    /// What came back.
    package struct Page: Sendable {
        package let status: Int
        package let body: [UInt8]
        package let etag: String?
        /// All its lines with commas between.
        package let cacheControl: String?
    }

    /// Through a dialer of its own.
    package init(
        allowingPrivate allowed: [AddressRange], limits: TimeLimits = .short, within: TimeAmount = .seconds(15)
    ) {
        self.init(
            dialer: .network(
                resolver: .system(on: .singleton), trust: TrustStore(), threads: .singleton, limits: limits),
            allowingPrivate: allowed, limits: limits, within: within)
    }

    init(dialer: Dialer, allowingPrivate allowed: [AddressRange], limits: TimeLimits, within: TimeAmount) {
        self.dialer = dialer
        self.allowed = allowed
        self.limits = limits
        self.within = within
    }

    /// Gets a page of at most `longest` bytes, whatever its status.
    package func get(
        _ url: String, etag: String? = nil, certificateAuthorities: String? = nil, longest: Int
    ) async throws(FetchFault) -> Page {
        let address: WebAddress
        do throws(OriginFault) { address = try WebAddress(parsing: url) } catch {
            throw FetchFault("its address is none")
        }
        try Self.checkScheme(of: address.origin)
        let destination = Destination(
            origin: address.origin, allowingPrivate: allowed, certificateAuthorities: certificateAuthorities)
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let page = loop.makePromise(of: Page.self)
        do {
            let (dialer, limits, within) = (dialer, limits, within)
            try await loop.submit {
                let pool = ConnectionPool(on: loop, dialer: dialer, limits: limits)
                let exchange = FetchExchange(through: pool, longest: longest, page)
                exchange.start(Self.request(address, destination, etag), to: destination, within: within)
            }.get()
            return try await page.futureResult.get()
        } catch let fault as FetchFault {
            throw fault
        } catch {
            throw FetchFault("it cannot be asked")
        }
    }

    private static func checkScheme(of origin: Origin) throws(FetchFault) {
        guard origin.scheme == .http else { return }
        guard case .address(let address) = origin.host, address.special == .loopback else {
            throw FetchFault("its address is not https")
        }
    }

    private static func request(_ address: WebAddress, _ destination: Destination, _ etag: String?) -> OutgoingRequest {
        var head = ByteBuffer(string: "GET \(address.target) HTTP/1.1\r\n")
        head.writeImmutableBuffer(destination.hostLine)
        head.writeString("Accept: application/json\r\nAccept-Encoding: identity\r\nUser-Agent: bitting\r\n")
        if let etag { head.writeString("If-None-Match: \(etag)\r\n") }
        head.writeString("Connection: close\r\n\r\n")
        return OutgoingRequest(head: head, isHead: false, isIdempotent: true, body: .none)
    }
}

/// Why a page could not be had. Holds nothing that the other side wrote.
package struct FetchFault: Error, Equatable, Sendable {
    /// For the log.
    package let reason: String

    init(_ reason: String) { self.reason = reason }

    init(_ failure: EgressFailure) {
        switch failure {
        case .refusedAddress(let address, let refusal):
            reason = "its address \(address) is refused (\(refusal.rawValue))"
        case .unreachable(let obstacle): reason = "it cannot be reached: \(obstacle.rawValue)"
        case .timedOut(let phase): reason = "it took too long: \(phase.rawValue)"
        case .closedEarly: reason = "it closed the connection before its answer was whole"
        case .malformedResponse(let code): reason = "its answer is not HTTP: \(code)"
        case .tooManyConnections, .requestBodyLength: reason = "it could not be asked"
        }
    }
}
