// SPDX-License-Identifier: Apache-2.0
import Access
import Hummingbird

extension Call {
    /// The call with its whole body and, where the endpoint honours one, its idempotency key.
    func reading(_ request: Request, _ endpoint: Endpoint) async throws -> Call {
        guard endpoint.method != .get else { return self }
        var call = self
        call.body = try await request.wholeBody(of: Door.longestBody)
        if endpoint.isRepeatable {
            call.caller.ticket = try IdempotencyKey.ticket(
                request.headers, request.method, request.head.path ?? "", call.body)
        }
        return call
    }
}

extension Request {
    /// The body, JSON by its type, of at most so many bytes.
    func wholeBody(of longest: Int) async throws -> [UInt8] {
        if let length = headers[.contentLength].flatMap({ Int($0) }), length > longest {
            throw RequestFault.bodyTooLarge(longest: longest)
        }
        let bytes = try await Request.gather(body, longest)
        if !bytes.isEmpty { try MediaType.require(method, headers) }
        return bytes
    }

    private static func gather(_ body: RequestBody, _ longest: Int) async throws -> [UInt8] {
        var bytes: [UInt8] = []
        var parts = body.makeAsyncIterator()
        while let part = try await Door.next(&parts) {
            guard bytes.count + part.readableBytes <= longest else {
                throw RequestFault.bodyTooLarge(longest: longest)
            }
            bytes.append(contentsOf: part.readableBytesView)
        }
        return bytes
    }
}
