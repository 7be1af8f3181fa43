// SPDX-License-Identifier: Apache-2.0
import Access
import Hummingbird
import Shapes
import Wire

/// A call that shows no key: where it comes from and what it sends.
struct Visit: Sendable {
    let ports: ControlPorts
    let address: IPAddress?
    let body: [UInt8]
    let now: Instant

    /// The body as an object with no other fields than `names`.
    func fields(_ names: String...) throws -> Fields { try Fields(try JSON.parse(body), at: "", names) }
}

extension Door {
    /// Bounds how often, then how much is read.
    func visit(_ request: Request, _ longestBody: Int, _ context: CallContext) async throws -> Visit {
        let now = ports.now()
        try ports.visitors.admit(context.peer, at: now)
        let body = request.method == .get || request.method == .head ? [] : try await request.wholeBody(of: longestBody)
        return Visit(ports: ports, address: context.peer, body: body, now: now)
    }
}
