// SPDX-License-Identifier: Apache-2.0

/// Calls that show no key, at one address and below it.
package struct VisitorClient: Sendable {
    private let base: BaseURL
    private let transport: Transport

    /// A client of what is at `url`: scheme, host, port and path.
    package init(url: String, transport: Transport) throws(BittingError) {
        base = try BaseURL(url)
        self.transport = transport
    }

    /// Posts JSON and gives the answer to a call that was accepted.
    package func post(_ path: [String] = [], body: [UInt8]) async throws(BittingError) -> Response {
        var headers = [("accept", "application/json"), ("content-type", "application/json")]
        if base.isSocket { headers.append(("host", "localhost")) }
        return try await transport.send(
            Transport.Request(method: "POST", url: try base.appending(path, query: []), headers: headers, body: body)
        ).accepted()
    }
}
