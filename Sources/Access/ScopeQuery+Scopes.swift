// SPDX-License-Identifier: Apache-2.0

extension ScopeQuery {
    /// The scopes that a readable query names, each once, in their order.
    package static func scopes(in query: [UInt8]) -> [Scope] {
        var scopes: [Scope] = []
        for word in query.split(whereSeparator: { $0 == 0x20 || $0 == 0x28 || $0 == 0x29 }) {
            guard let scope = Scope(String(decoding: word, as: UTF8.self)), !scopes.contains(scope) else { continue }
            scopes.append(scope)
        }
        return scopes
    }
}
