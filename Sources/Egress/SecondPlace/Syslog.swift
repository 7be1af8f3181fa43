// SPDX-License-Identifier: Apache-2.0

package import Access
import Glibc
package import HeldKeys
import NIOCore
import NIOPosix

extension SecondPlace {
    /// The system's own log, by its datagram socket. The line is in the local form (RFC 3164), which every syslog on a
    /// machine reads.
    package static func localSyslog(
        path: String = "/dev/log", now: @escaping @Sendable () -> Instant
    ) -> SecondPlace {
        SecondPlace(name: "syslog") { note in
            try await NIOThreadPool.singleton.runIfActive {
                try Datagram.send(SyslogLine(note, at: now()).local, toSocket: path)
            }
        }
    }

    /// A syslog server by UDP (RFC 5424, 5426): sent is all that can be known, not that it arrived.
    ///
    /// The same addresses are refused as for everything that leaves; the ranges in `allowed` are opened.
    package static func syslog(
        host: String, port: Int, allowingPrivate allowed: [AddressRange], now: @escaping @Sendable () -> Instant
    ) throws(OriginFault) -> SecondPlace {
        let host = try Origin(parsing: "http://\(host):\(port)")
        let addressGuard = AddressGuard(allowing: allowed)
        return SecondPlace(name: "syslog \(host.hostText):\(port)") { note in
            let address = try await address(of: host.host, addressGuard)
            try Datagram.send(SyslogLine(note, at: now()).remote, to: try address.socketAddress(port: port))
        }
    }

    private static func address(of host: Origin.Host, _ addressGuard: AddressGuard) async throws -> IPAddress {
        let addresses: [IPAddress]
        switch host {
        case .address(let address): addresses = [address]
        case .name(let name):
            let loop = MultiThreadedEventLoopGroup.singleton.next()
            let found = try? await NameResolver.system(on: .singleton).addresses(name, loop).get()
            guard let found else { throw SecondPlaceFault("its name cannot be looked up") }
            addresses = found
        }
        if let (address, reason) = addressGuard.refusal(ofAny: addresses) {
            throw SecondPlaceFault(refusing: address, reason)
        }
        guard let address = addresses.first else { throw SecondPlaceFault("its name has no address") }
        return address
    }
}

/// A note on one line: `bitting-checkpoint` and the note in base 64, since a note has several.
struct SyslogLine {
    private let message: String
    private let now: Instant

    /// Facility 13 (log audit), severity 6 (informational).
    private static let priority = 13 * 8 + 6

    init(_ note: String, at now: Instant) {
        message = NoteLine.text(of: note)
        self.now = now
    }

    var local: String { "<\(Self.priority)>\(localTime) bitting[\(getpid())]: \(message)" }
    var remote: String { "<\(Self.priority)>1 \(now) - bitting \(getpid()) checkpoint - \(message)" }

    /// `Nov  3 09:05:07`, in the machine's own time zone, as the local form wants it.
    private var localTime: String {
        var seconds = time_t(now.milliseconds / 1000)
        var parts = unsafe tm()
        unsafe localtime_r(&seconds, &parts)
        var text = [CChar](repeating: 0, count: 32)
        let count = unsafe strftime(&text, text.count, "%b %e %H:%M:%S", &parts)
        return String(decoding: text[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
