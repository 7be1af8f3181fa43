// SPDX-License-Identifier: Apache-2.0
import Access
import HeldKeys

/// `GET /v1/providers`.
func listProviders(_ call: Call) async throws -> Answer {
    let position = try ListPosition("providers", call.query)
    let found = try await call.ports.providers.list(by: call.caller, position.page, at: call.now)
    return .page(found.items, next: position.cursor(after: found.next)) { $0.members(of: $1) }
}

/// `GET /v1/providers/{name}`.
func readProvider(_ call: Call) async throws -> Answer {
    let provider = try await call.ports.providers.find(by: call.caller, call.providerName(), at: call.now)
    return .one(revision: provider.revision) { $0.members(of: provider) }
}

extension Call {
    /// The provider's name in the path. What cannot name a provider is answered as what does not exist.
    func providerName() throws(Refusal) -> String {
        guard let name = path["name"], Provider.isName(name) else { throw .notFound("provider") }
        return name
    }
}
