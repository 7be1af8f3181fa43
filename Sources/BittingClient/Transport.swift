// SPDX-License-Identifier: Apache-2.0

/// How a request becomes an answer: over the network, or by a function in a test.
package struct Transport: Sendable {
    /// What is sent.
    package struct Request: Sendable {
        /// In capitals.
        package let method: String
        /// Absolute.
        package let url: String
        /// Names in lower case. Holds the key: never to be shown.
        package let headers: [(name: String, value: String)]
        /// The body, if there is one.
        package let body: [UInt8]?
        /// For this call alone; nil for that of the transport.
        package var timeLimit: Duration?

        /// A request.
        package init(
            method: String, url: String, headers: [(name: String, value: String)], body: [UInt8]?,
            timeLimit: Duration? = nil
        ) {
            self.method = method
            self.url = url
            self.headers = headers
            self.body = body
            self.timeLimit = timeLimit
        }
    }

    /// Sends and waits for the whole answer.
    package let send: @Sendable (Request) async throws(BittingError) -> Response

    /// Sends and hands the answer over piece by piece; throws a refusal.
    package let download: @Sendable (Request, @escaping @Sendable ([UInt8]) -> Void) async throws(BittingError) -> Void

    /// A transport that is this function.
    package init(_ send: @escaping @Sendable (Request) async throws(BittingError) -> Response) {
        self.init(send) { request, piece throws(BittingError) in piece(try await send(request).accepted().body) }
    }

    /// A transport that is these functions.
    package init(
        _ send: @escaping @Sendable (Request) async throws(BittingError) -> Response,
        download:
            @escaping @Sendable (Request, @escaping @Sendable ([UInt8]) -> Void) async throws(BittingError) -> Void
    ) {
        self.send = send
        self.download = download
    }
}
