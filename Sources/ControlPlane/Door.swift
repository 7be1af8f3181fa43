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
        case .visiting(let longestBody, let handler):
            try Query(query).allowOnly(match.endpoint.query)
            return try await handler(try await visit(request, longestBody, context))
        case .guarded(let scope, let handler):
            let call = try entering(request, match, query, context)
            if let lines = match.endpoint.lines, MediaType.isLines(request.headers) {
                return try await lines(call, request.body)
            }
            return try await answer(try await call.reading(request, match.endpoint), scope, handler)
        }
    }

    private func answer(
        _ call: Call, _ scope: Scope, _ handler: @Sendable (Call) async throws -> Answer
    ) async throws -> Answer {
        guard call.caller.ticket != nil else { return try await handler(call) }
        return try await once(call, scope, handler)
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

    /// Who calls, and with which query; the body is not read yet.
    private func entering(
        _ request: Request, _ match: EndpointTable.Match, _ queryText: Substring, _ context: CallContext
    ) throws -> Call {
        let authentication = Authentication(ports: ports)
        let (headers, peer, now) = (request.headers, context.peer, ports.now())
        let caller = try authentication.caller(headers, from: peer, at: now)
        let query = try Query(queryText)
        try query.allowOnly(match.endpoint.query)
        return Call(
            ports: ports, caller: caller, authority: request.head.authority, path: match.values, query: query,
            ifMatch: headers[values: .ifMatch],
            accept: headers[values: .accept], body: [],
            callerNow: { now throws(Refusal) in try authentication.caller(headers, from: peer, at: now) },
            report: { error in
                if Problem(of: error).isOurs { log(error, match.endpoint.operation, context) }
            }, now: now)
    }

    /// A sender that goes away in the middle of a body is no failure of ours.
    static func next(_ parts: inout RequestBody.AsyncIterator) async throws -> ByteBuffer? {
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
