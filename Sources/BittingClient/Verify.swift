// SPDX-License-Identifier: Apache-2.0
internal import Wire

/// The scopes that a request needs.
public enum RequiredScopes: Sendable, Equatable {
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
    /// - Parameters:
    ///   - key: The text that was presented.
    ///   - scopes: What the request needs.
    ///   - address: Where it came from, for keys that are tied to addresses.
    ///   - method: Its method, for keys that are tied to routes.
    ///   - path: Its path, likewise.
    /// - Throws: If the question could not be asked, or this client's own key may not ask it.
    public func verify(
        _ key: String, scopes: RequiredScopes = .none, address: String? = nil, method: String? = nil,
        path: String? = nil
    ) async throws(BittingError) -> Verification {
        let response = try await askToVerify(key, scopes: scopes, address: address, method: method, path: path)
        return try Verification(reading: response)
    }

    /// The same, with the answer as it came.
    package func askToVerify(
        _ key: String, scopes: RequiredScopes, address: String?, method: String?, path: String?
    ) async throws(BittingError) -> Response {
        var members = [JSON.Member(name: "key", value: .string(key))]
        switch scopes {
        case .none: break
        case .all(let scopes): members.append(JSON.Member(name: "scopes", value: .array(scopes.map { .string($0) })))
        case .query(let query): members.append(JSON.Member(name: "scopes", value: .string(query)))
        }
        for (name, value) in [("address", address), ("method", method), ("path", path)] {
            if let value { members.append(JSON.Member(name: name, value: .string(value))) }
        }
        let body = Array(JSON.object(members).text.utf8)
        return try await call("POST", ["v1", "verify"], body: body, on: .data).accepted()
    }
}
