// SPDX-License-Identifier: Apache-2.0
import Access
import Shapes
import Synchronization
import Wire

/// A management call: who makes it, and what stands in it. What a handler works with.
struct Call: Sendable {
    let ports: ControlPorts
    var caller: Caller
    /// Host and port as the caller named them.
    let authority: String?
    let path: [String: String]
    let query: Query
    let ifMatch: [String]
    let accept: [String]
    var body: [UInt8]
    /// The caller as it is at a later moment; throws when its key is not accepted any more.
    let callerNow: @Sendable (_ now: Instant) throws(Refusal) -> Caller
    /// Tells the log of a failure of ours that can no longer be answered with a status.
    let report: @Sendable (any Error) -> Void
    let now: Instant

    /// Makes something and answers. The answer is written once, and the same bytes are kept for a repeated call.
    func making<Made>(
        _ answer: @escaping @Sendable (Made) -> Answer,
        _ make: (_ keeping: @escaping Answering<Made>) async throws -> Made
    ) async throws -> Answer {
        let written = Mutex<Answer?>(nil)
        let made = try await make { made in
            let answer = answer(made)
            written.withLock { $0 = answer }
            return answer.kept
        }
        return written.withLock { $0 } ?? answer(made)
    }

    /// The id in the path. What is no id is answered as what does not exist.
    func id<Kind>(_ noun: String) throws(Refusal) -> Identifier<Kind> {
        guard let id = Identifier<Kind>(path["id"] ?? "") else { throw .notFound(noun) }
        return id
    }

    /// The body as an object with no other fields than `names`.
    func fields(_ names: String...) throws -> Fields { try fields(names) }

    /// The body as an object with no other fields than `names`.
    func fields(_ names: [String]) throws -> Fields { try Fields(try JSON.parse(body), at: "", names) }

    /// The body where there may be none.
    func optionalFields(_ names: String...) throws -> Fields {
        try Fields(body.isEmpty ? .object([]) : try JSON.parse(body), at: "", names)
    }

    /// The revision that `If-Match` asks for; nil for any. One strong tag or `*` is understood (RFC 9110, 13.1.1).
    func expectedRevision() throws(ParameterFault) -> Int64? {
        guard let text = ifMatch.first, text != "*" else { return nil }
        let digits = text.dropFirst().dropLast()
        guard ifMatch.count == 1, text.hasPrefix("\""), text.hasSuffix("\""), (1...18).contains(digits.utf8.count),
            digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let revision = Int64(digits)
        else {
            throw ParameterFault(
                "If-Match", "`If-Match` is not one ETag of this service.", fix: "Send the ETag as it was given, or `*`."
            )
        }
        return revision
    }
}
