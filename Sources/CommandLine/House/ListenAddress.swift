// SPDX-License-Identifier: Apache-2.0
package import Access

/// An address of this machine and a port to listen on: `127.0.0.1:7100`, `[::1]:7100`. Port 0 takes a free one.
package struct ListenAddress: Sendable, Equatable, CustomStringConvertible {
    /// The address; no names, so that nothing depends on what a resolver says.
    package let host: IPAddress
    /// The port.
    package let port: UInt16

    /// An address and a port.
    package init(host: IPAddress, port: UInt16) {
        self.host = host
        self.port = port
    }

    /// Reads `a.b.c.d:port` or `[v6]:port`; `localhost` is 127.0.0.1.
    package init?(_ text: some StringProtocol) {
        guard let colon = text.lastIndex(of: ":"), let port = Self.port(text[text.index(after: colon)...]),
            let host = Self.host(text[..<colon])
        else { return nil }
        self.init(host: host, port: port)
    }

    private static func port(_ text: some StringProtocol) -> UInt16? {
        guard !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return UInt16(text)
    }

    private static func host(_ text: some StringProtocol) -> IPAddress? {
        if text == "localhost" { return IPAddress("127.0.0.1") }
        guard text.hasPrefix("["), text.hasSuffix("]") else { return text.contains(":") ? nil : IPAddress(text) }
        return IPAddress(text.dropFirst().dropLast())
    }

    /// As it is read.
    package var description: String { host.isV4 ? "\(host):\(port)" : "[\(host)]:\(port)" }
}
