// SPDX-License-Identifier: Apache-2.0
import Access
import HeldKeys
import Shapes
import Wire

/// `PUT /v1/providers/{name}`: 201 for a new one, 200 for a changed one.
func putProvider(_ call: Call) async throws -> Answer {
    let name = try call.providerName()
    let provider = try Shape<Provider>.provider(named: name, at: call.now).read(try JSON.parse(call.body), "")
    let revision = try call.expectedRevision()
    if call.ifMatch == ["*"] { try await requireProvider(name, call) }
    let put = try await call.ports.providers.put(by: call.caller, provider, ifRevision: revision, at: call.now)
    let written = put.provider
    guard put.isNew else { return .one(revision: written.revision) { $0.members(of: written) } }
    return .made(at: "/v1/providers/\(name)", revision: written.revision) { $0.members(of: written) }
}

/// `If-Match: *` means: only if there is one (RFC 9110, 13.1.1). Providers are never deleted, so looking before
/// writing is enough.
private func requireProvider(_ name: String, _ call: Call) async throws {
    do {
        _ = try await call.ports.providers.find(by: call.caller, name, at: call.now)
    } catch Refusal.notFound {
        throw Refusal.changedMeanwhile(revision: 0)
    }
}
