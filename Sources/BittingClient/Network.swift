// SPDX-License-Identifier: Apache-2.0
internal import AsyncHTTPClient
internal import Glibc
internal import NIOCore
internal import NIOHTTP1

extension Transport {
    /// Over HTTP/1.1, with TLS for `https`: no redirects, no cookies, one time limit for the whole call.
    package static func network(timeout: Duration, largestBody: Int = 8 << 20) -> Transport {
        let connections = Connections(timeout: timeout, largestBody: largestBody)
        return Transport { request throws(BittingError) in
            try await connections.send(request)
        } download: { request, piece throws(BittingError) in
            try await connections.download(request, piece)
        }
    }
}

/// The pooled connections of a client; closed when the last user is gone.
private final class Connections: Sendable {
    private let client: HTTPClient
    private let timeout: TimeAmount
    private let largestBody: Int

    init(timeout: Duration, largestBody: Int) {
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        // Where nobody listens, waiting does not help.
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.httpVersion = .http1Only
        client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        self.timeout = TimeAmount(timeout)
        self.largestBody = largestBody
    }

    deinit {
        // Nobody is left who could wait for it or do anything about an error.
        client.shutdown { _ in }
    }

    func send(_ request: Transport.Request) async throws(BittingError) -> Response {
        do {
            let answer = try await client.execute(
                outgoing(request), timeout: request.timeLimit.map { TimeAmount($0) } ?? timeout)
            let body = try await answer.body.collect(upTo: largestBody)
            return response(answer, body)
        } catch {
            throw BittingError(failing: error, at: request.url)
        }
    }

    /// A long answer may take its time: six hours in all.
    func download(_ request: Transport.Request, _ piece: @Sendable ([UInt8]) -> Void) async throws(BittingError) {
        do {
            let answer = try await client.execute(outgoing(request), timeout: .hours(6))
            guard (200..<300).contains(answer.status.code) else {
                let body = try await answer.body.collect(upTo: largestBody)
                throw BittingError(refusing: response(answer, body))
            }
            for try await part in answer.body { piece(Array(part.readableBytesView)) }
        } catch let error as BittingError {
            throw error
        } catch {
            throw BittingError(failing: error, at: request.url)
        }
    }

    private func response(_ answer: HTTPClientResponse, _ body: ByteBuffer) -> Response {
        Response(
            status: Int(answer.status.code), headers: answer.headers.map { ($0.name, $0.value) },
            body: Array(body.readableBytesView))
    }

    private func outgoing(_ request: Transport.Request) -> HTTPClientRequest {
        var outgoing = HTTPClientRequest(url: request.url)
        outgoing.method = .RAW(value: request.method)
        for header in request.headers { outgoing.headers.add(name: header.name, value: header.value) }
        if let body = request.body { outgoing.body = .bytes(body) }
        return outgoing
    }
}

extension BittingError {
    /// Why there is no answer. Shows where the call went, not what it said.
    fileprivate init(failing error: any Error, at url: String) {
        let origin = url.split(separator: "/", maxSplits: 3).prefix(2).joined(separator: "//")
        switch (error, error as? HTTPClientError) {
        case (is CancellationError, _), (_, .cancelled?):
            self.init(code: "cancelled", title: "The call was given up", detail: nil, fix: nil)
        case (_, .deadlineExceeded?), (_, .connectTimeout?), (_, .readTimeout?):
            self.init(
                code: "timed_out", title: "No answer in time", detail: "\(origin) took too long.",
                fix: "Check that the server is up and not overloaded, then try again.")
        case (is NIOTooManyBytesError, _):
            self.init(
                code: "answer_too_large", title: "The answer is too large", detail: "\(origin) sent more than is read.",
                fix: "Check the address that is called.")
        case _ where BittingError.isLoss(error):
            self.init(
                code: "connection_lost", title: "The connection ended before the answer", detail: "To \(origin).",
                fix: "Try again; if it stays, check that the server is up.")
        default:
            self.init(
                code: "unreachable", title: "Nothing answers at \(origin)", detail: BittingError.cause(error),
                fix: "Check the address, and that `bitting serve` runs there.")
        }
    }

    /// Whether a connection that was there is gone, most often a pooled one that the server had closed meanwhile.
    private static func isLoss(_ error: any Error) -> Bool {
        if let error = error as? IOError { return [ECONNRESET, EPIPE].contains(error.errnoCode) }
        return error as? HTTPClientError == .remoteConnectionClosed
    }

    /// What is worth knowing beside that. A client error may carry header values, so only its name is taken.
    private static func cause(_ error: any Error) -> String? {
        if error is IOError { return nil }
        if let error = error as? HTTPClientError { return error.shortDescription }
        return String(String(describing: error).prefix(200))
    }
}
