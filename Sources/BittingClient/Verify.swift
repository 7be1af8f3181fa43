// SPDX-License-Identifier: Apache-2.0
internal import Wire

/// The scopes that a request needs.
public enum RequiredScopes: Sendable, Hashable {
    /// None.
    case none
    /// Each of these.
    case all([String])
    /// What the expression says: `labels:create AND (orders:read OR orders:write)`.
    case query(String)
}

extension BittingClient {
    /// Asks whether the bearer of a key may do something. One call to the data plane; a refusal is an answer, no error.
    ///
    /// When the connection is lost before the answer, the question is asked once more, unless it has a `cost`: most
    /// often the server had closed a pooled connection and never saw it. If it did see it, the call counts twice
    /// against the key's limits: never more calls are let in than these allow, at worst one fewer.
    ///
    /// - Parameters:
    ///   - key: The text that was presented.
    ///   - scopes: What the request needs.
    ///   - address: Where it came from, for keys that are tied to addresses.
    ///   - method: Its method, for keys that are tied to routes.
    ///   - path: Its path, likewise.
    ///   - userAgent: The program that makes it, so that whoever still uses a replaced secret can be named.
    ///   - cost: What it takes from limits and quotas; nil for 1. 0 looks without taking.
    /// - Throws: If the question could not be asked, or this client's own key may not ask it.
    public func verify(
        _ key: String, scopes: RequiredScopes = .none, address: String? = nil, method: String? = nil,
        path: String? = nil, userAgent: String? = nil, cost: Int? = nil
    ) async throws(BittingError) -> Verification {
        let question = VerifyQuestion(
            key: key, scopes: scopes, address: address, method: method, path: path, userAgent: userAgent, cost: cost)
        guard let follower, cost == nil else { return try Verification(reading: try await ask(question)) }
        return try await follower.verdict(on: question) { () throws(BittingError) in
            try Verification(reading: try await ask(question))
        }
    }

    /// The same, with the answer as it came.
    package func ask(_ question: VerifyQuestion) async throws(BittingError) -> Response {
        do throws(BittingError) {
            return try await send(question)
        } catch {
            guard error.code == "connection_lost", question.cost == nil else { throw error }
            return try await send(question)
        }
    }

    private func send(_ question: VerifyQuestion) async throws(BittingError) -> Response {
        try await call("POST", ["v1", "verify"], body: question.body, on: .data).accepted()
    }
}

/// What is asked about a key.
package struct VerifyQuestion: Sendable {
    package var key: String
    package var scopes: RequiredScopes
    package var address: String?
    package var method: String?
    package var path: String?
    package var userAgent: String?
    package var cost: Int?

    /// A question with these parts.
    package init(
        key: String, scopes: RequiredScopes = .none, address: String? = nil, method: String? = nil,
        path: String? = nil, userAgent: String? = nil, cost: Int? = nil
    ) {
        self.key = key
        self.scopes = scopes
        self.address = address
        self.method = method
        self.path = path
        self.userAgent = userAgent
        self.cost = cost
    }

    /// The JSON of `/v1/verify`.
    var body: [UInt8] {
        var writer = JSONWriter()
        writer.object { writer in
            writer.member("key", key)
            switch scopes {
            case .none: break
            case .all(let scopes): writer.member("scopes", scopes)
            case .query(let query): writer.member("scopes", query)
            }
            let texts = [("address", address), ("method", method), ("path", path), ("user_agent", userAgent)]
            for (name, value) in texts where value != nil { writer.member(name, value) }
            if let cost { writer.member("cost", cost) }
        }
        return writer.bytes
    }
}
