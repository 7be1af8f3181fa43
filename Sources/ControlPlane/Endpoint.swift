// SPDX-License-Identifier: Apache-2.0
import Access
import Hummingbird

/// One line of the table: what is called how, what it needs and what answers it.
struct Endpoint: Sendable {
    /// Who may call.
    enum Entrance: Sendable {
        /// Anybody; there is no caller.
        case open(@Sendable (ControlPorts) async throws -> Answer)
        /// Anybody, with a body of at most so many bytes; how often is bounded by ``VisitorGate``.
        case visiting(longestBody: Int, @Sendable (Visit) async throws -> Answer)
        /// Holders of a management key. The scope is what the core asks for; it stands here for the description, the
        /// core decides.
        case guarded(Scope, @Sendable (Call) async throws -> Answer)
    }

    let method: Method
    let path: PathPattern
    /// The operation's name in the description.
    let operation: String
    /// The query parameters it knows; any other is refused.
    let query: [String]
    let entrance: Entrance
    /// Whether it makes or rotates something, so that it honours `Idempotency-Key`.
    let isRepeatable: Bool
    /// Answers instead when the body is `application/x-ndjson`, reading it as it comes. Such a body has no greatest
    /// length; the path may not hold a variable.
    let lines: (@Sendable (Call, RequestBody) async throws -> Answer)?

    /// The methods that endpoints have. `HEAD` is answered by `GET`.
    enum Method: String, Sendable {
        case get = "GET"
        case post = "POST"
        case put = "PUT"
        case patch = "PATCH"
    }

    init(
        _ method: Method, _ path: String, _ operation: String, _ scope: Scope, query: [String] = [],
        repeatable: Bool = false, lines: (@Sendable (Call, RequestBody) async throws -> Answer)? = nil,
        _ handler: @escaping @Sendable (Call) async throws -> Answer
    ) {
        self.init(method, path, operation, query, .guarded(scope, handler), isRepeatable: repeatable, lines: lines)
    }

    init(
        open method: Method, _ path: String, _ operation: String,
        _ handler: @escaping @Sendable (ControlPorts) async throws -> Answer
    ) {
        self.init(method, path, operation, [], .open(handler), isRepeatable: false, lines: nil)
    }

    init(
        visiting method: Method, _ path: String, _ operation: String, longestBody: Int,
        _ handler: @escaping @Sendable (Visit) async throws -> Answer
    ) {
        self.init(
            method, path, operation, [], .visiting(longestBody: longestBody, handler), isRepeatable: false, lines: nil)
    }

    private init(
        _ method: Method, _ path: String, _ operation: String, _ query: [String], _ entrance: Entrance,
        isRepeatable: Bool,
        lines: (@Sendable (Call, RequestBody) async throws -> Answer)?
    ) {
        self.method = method
        self.path = PathPattern(path)
        self.operation = operation
        self.query = query
        self.entrance = entrance
        self.isRepeatable = isRepeatable
        self.lines = lines
    }
}
