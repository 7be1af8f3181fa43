// SPDX-License-Identifier: Apache-2.0
import Access
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import NIOHTTP1

/// Takes every request: finds the endpoint, asks who calls, reads the body, and turns whatever happens into one answer.
struct Door: HTTPResponder {
    typealias Context = CallContext

    let ports: ControlPorts
    let table: EndpointTable

    /// The longest body that is read.
    static let longestBody = 1 << 20

    func respond(to request: Request, context: CallContext) async throws -> Response {
        var operation = CallCounts.noOperation
        let answer: Answer
        do {
            let (path, query) = Door.split(request.head.path ?? "")
            let match = try table.find(request.method.rawValue, path)
            operation = match.endpoint.operation
            answer = try await self.answer(request, match, query, context)
        } catch let error as HTTPParserError {
            // The connection is beyond repair; whoever reads it answers and closes.
            throw error
        } catch {
            let problem = Problem(of: error)
            if problem.isOurs { log(error, operation, context) }
            answer = problem.answer
        }
        ports.counts.count(operation, answer.status.code)
        return request.method == .head ? answer.response.createHeadResponse() : answer.response
    }

    private func answer(
        _ request: Request, _ match: EndpointTable.Match, _ query: Substring, _ context: CallContext
    ) async throws -> Answer {
        switch match.endpoint.entrance {
        case .open(let handler):
            try Query(query).allowOnly(match.endpoint.query)
            return try await handler(ports)
        case .guarded(let scope, let handler):
            let call = try await call(request, match, query, context)
            guard call.caller.ticket != nil else { return try await handler(call) }
            return try await once(call, scope, handler)
        }
    }

    /// Carries the call out, or gives the answer that it was given before. That is asked twice: here, before anything
    /// else is held against the present, and again by the change itself, which knows of calls that run beside this one.
    private func once(
        _ call: Call, _ scope: Scope, _ handler: @Sendable (Call) async throws -> Answer
    ) async throws -> Answer {
        do {
            if let kept = try await ports.keptAnswer(call.caller, scope, call.now) { return try Answer(kept: kept) }
            return try await handler(call)
        } catch let replayed as ReplayedAnswer {
            return try Answer(kept: replayed.bytes)
        }
    }

    private func call(
        _ request: Request, _ match: EndpointTable.Match, _ queryText: Substring, _ context: CallContext
    ) async throws -> Call {
        let now = ports.now()
        var caller = try Authentication(ports: ports).caller(request.headers, from: context.peer, at: now)
        let query = try Query(queryText)
        try query.allowOnly(match.endpoint.query)
        let body = match.endpoint.method == .get ? [] : try await body(of: request)
        if match.endpoint.isRepeatable {
            caller.ticket = try IdempotencyKey.ticket(
                request.headers, request.method, request.head.path ?? "", body)
        }
        return Call(
            ports: ports, caller: caller, path: match.values, query: query,
            ifMatch: request.headers[values: .ifMatch],
            body: body, now: now)
    }

    private func body(of request: Request) async throws -> [UInt8] {
        if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > Door.longestBody {
            throw RequestFault.bodyTooLarge
        }
        let bytes = try await Door.gather(request.body)
        if !bytes.isEmpty { try MediaType.require(request.method, request.headers) }
        return bytes
    }

    private static func gather(_ body: RequestBody) async throws -> [UInt8] {
        var bytes: [UInt8] = []
        var parts = body.makeAsyncIterator()
        while let part = try await next(&parts) {
            guard bytes.count + part.readableBytes <= longestBody else { throw RequestFault.bodyTooLarge }
            bytes.append(contentsOf: part.readableBytesView)
        }
        return bytes
    }

    /// A sender that goes away in the middle of a body is no failure of ours.
    private static func next(_ parts: inout RequestBody.AsyncIterator) async throws -> ByteBuffer? {
        do {
            return try await parts.next()
        } catch let error as HTTPParserError {
            throw error
        } catch {
            throw RequestFault.bodyIncomplete
        }
    }

    /// Path and query of a target. One in absolute form (RFC 9112, 3.2.2) is taken without its authority.
    private static func split(_ target: String) -> (path: String, query: Substring) {
        var rest = target[...]
        for scheme in ["http://", "https://"] where target.lowercased().hasPrefix(scheme) {
            rest = target.dropFirst(scheme.count).drop { $0 != "/" && $0 != "?" }
        }
        guard let mark = rest.firstIndex(of: "?") else { return (String(rest), "") }
        return (String(rest[..<mark]), rest[rest.index(after: mark)...])
    }

    /// The operation, the kind of failure, and nothing of the request: no path, field or body ever reaches the log.
    private func log(_ error: any Error, _ operation: String, _ context: CallContext) {
        let kind = (error as? StorageFailure).map { "\($0)" } ?? "\(type(of: error))"
        context.logger.error("a call failed", metadata: ["operation": "\(operation)", "failure": "\(kind)"])
    }
}
