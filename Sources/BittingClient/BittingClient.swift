// SPDX-License-Identifier: Apache-2.0

/// A client of one Bitting installation: asks the data plane whether a key is valid, and makes management calls.
///
///     let bitting = try BittingClient(url: "http://127.0.0.1:7101", dataURL: "http://127.0.0.1:7100", key: key)
///     let answer = try await bitting.verify(presented, scopes: .all(["labels:create"]))
///     guard answer.valid else { throw Abort(.unauthorized) }
///
/// It never follows a redirect, gives up after a time limit and reads answers of at most 8 MiB. Keep one for the life
/// of the program: it pools its connections, and closes them when the last copy of it is gone. Its key appears in no
/// description and in no error.
public struct BittingClient: Sendable, CustomStringConvertible {
    /// Which of Bitting's two listeners a call goes to.
    public enum Plane: Sendable {
        /// Verify, authorize, lend.
        case data
        /// Everything else.
        case control
    }

    private let control: BaseURL
    private let data: BaseURL
    private let bearer: Bearer
    private let transport: Transport
    /// Nil for a client that asks each time.
    let follower: Follower?

    /// A client that calls over the network.
    ///
    /// - Parameters:
    ///   - url: Where the control plane listens: scheme, host, port, and a path if a proxy puts it below one.
    ///   - dataURL: Where the data plane listens.
    ///   - dataSocket: The Unix socket on which the data plane listens on this machine; used instead of `dataURL`.
    ///   - key: A Bitting key with the scopes that the calls need; `keys:verify` for `verify`.
    ///   - timeout: The time limit of one call.
    ///   - cache: To use verdicts again for a while; nil asks each time.
    /// - Throws: `invalid_url` or `invalid_key`, before anything is sent.
    public init(
        url: String = "http://127.0.0.1:7101", dataURL: String = "http://127.0.0.1:7100", dataSocket: String? = nil,
        key: String, timeout: Duration = .seconds(30), cache: Cache? = nil
    ) throws(BittingError) {
        try self.init(
            url: url, dataURL: dataURL, dataSocket: dataSocket, key: key, transport: .network(timeout: timeout),
            cache: cache)
    }

    /// A client whose calls go through `transport`.
    package init(
        url: String, dataURL: String, dataSocket: String? = nil, key: String, transport: Transport,
        cache: Cache? = nil
    ) throws(BittingError) {
        control = try BaseURL(url)
        if let dataSocket { data = try BaseURL(socket: dataSocket) } else { data = try BaseURL(dataURL) }
        bearer = try Bearer(key)
        self.transport = transport
        let asking = Asking(base: data, bearer: bearer, transport: transport)
        follower = cache.map { cache in
            Follower(cache) { body throws(BittingError) in
                try await asking.call("POST", ["v1", "follow"], body: body, timeLimit: .seconds(5)).accepted()
            }
        }
    }

    /// Whether kept verdicts may be used now, and how often one was.
    package var following: (isLeased: Bool, hits: UInt64) {
        follower.map { ($0.isFollowing, $0.hits) } ?? (false, 0)
    }

    /// Makes one call and gives back whatever is answered, refusals included.
    ///
    /// - Parameters:
    ///   - method: The method, in capitals.
    ///   - path: The segments of the path, unescaped: `["v1", "keys", id]`.
    ///   - query: The query parameters, unescaped, in order.
    ///   - body: A JSON text, or what `contentType` says.
    ///   - contentType: What the body is.
    ///   - ifMatch: The revision that the resource must still have, as `Response.revision` gave it.
    ///   - idempotencyKey: For calls that make or rotate something: 1 to 255 visible ASCII characters, new for each
    ///     call. The same call with the same key within an hour gets the same answer, so a lost reply loses nothing.
    ///   - plane: The listener.
    /// - Throws: Only where there is no answer: `unreachable`, `timed_out`, `answer_too_large`, `cancelled`,
    ///   `invalid_path`.
    public func call(
        _ method: String, _ path: [String], query: [(name: String, value: String)] = [], body: [UInt8]? = nil,
        contentType: String = "application/json", ifMatch: String? = nil, idempotencyKey: String? = nil,
        on plane: Plane = .control
    ) async throws(BittingError) -> Response {
        let asking = Asking(base: plane == .control ? control : data, bearer: bearer, transport: transport)
        return try await asking.call(
            method, path, query: query, body: body, contentType: contentType, ifMatch: ifMatch,
            idempotencyKey: idempotencyKey)
    }

    /// One listener, and how it is called.
    private struct Asking: Sendable {
        let base: BaseURL
        let bearer: Bearer
        let transport: Transport

        func call(
            _ method: String, _ path: [String], query: [(name: String, value: String)] = [], body: [UInt8]?,
            contentType: String = "application/json", ifMatch: String? = nil, idempotencyKey: String? = nil,
            timeLimit: Duration? = nil
        ) async throws(BittingError) -> Response {
            var headers = [("accept", "application/json"), ("authorization", bearer.fieldValue)]
            // RFC 9112, 3.2: there is a Host in every request.
            if base.isSocket { headers.append(("host", "localhost")) }
            if body != nil { headers.append(("content-type", contentType)) }
            if let ifMatch { headers.append(("if-match", "\"\(ifMatch)\"")) }
            if let idempotencyKey { headers.append(("idempotency-key", idempotencyKey)) }
            let url = try base.appending(path, query: query)
            return try await transport.send(
                Transport.Request(method: method, url: url, headers: headers, body: body, timeLimit: timeLimit))
        }
    }

    /// Reads a long answer piece by piece, without ever holding it whole.
    ///
    /// - Parameter piece: Called for each piece, in order. Not called for a refusal, which is thrown.
    package func download(
        _ path: [String], query: [(name: String, value: String)], _ piece: @escaping @Sendable ([UInt8]) -> Void
    ) async throws(BittingError) {
        let url = try control.appending(path, query: query)
        let headers = [("accept", "*/*"), ("authorization", bearer.fieldValue)]
        try await transport.download(Transport.Request(method: "GET", url: url, headers: headers, body: nil), piece)
    }

    /// Where it calls; not with which key.
    public var description: String { "BittingClient(control: \(control), data: \(data))" }
}
