// SPDX-License-Identifier: Apache-2.0
import Access
import Hummingbird

extension Call {
    /// The call with its whole body and, where the endpoint honours one, its idempotency key.
    func reading(_ request: Request, _ endpoint: Endpoint) async throws -> Call {
        guard endpoint.method != .get else { return self }
        var call = self
        call.body = try await Call.body(of: request)
        if endpoint.isRepeatable {
            call.caller.ticket = try IdempotencyKey.ticket(
                request.headers, request.method, request.head.path ?? "", call.body)
        }
        return call
    }

    private static func body(of request: Request) async throws -> [UInt8] {
        if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > Door.longestBody {
            throw RequestFault.bodyTooLarge
        }
        let bytes = try await gather(request.body)
        if !bytes.isEmpty { try MediaType.require(request.method, request.headers) }
        return bytes
    }

    private static func gather(_ body: RequestBody) async throws -> [UInt8] {
        var bytes: [UInt8] = []
        var parts = body.makeAsyncIterator()
        while let part = try await Door.next(&parts) {
            guard bytes.count + part.readableBytes <= Door.longestBody else { throw RequestFault.bodyTooLarge }
            bytes.append(contentsOf: part.readableBytesView)
        }
        return bytes
    }
}
