// SPDX-License-Identifier: Apache-2.0
import Access
import HeldKeys

/// `PUT /v1/providers/{name}`: 201 for a new one, 200 for a changed one.
func putProvider(_ call: Call) async throws -> Answer {
    let name = try call.providerName()
    let provider = try Provider(call, named: name)
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

extension Provider {
    fileprivate init(_ call: Call, named name: String) throws {
        let fields = try call.fields(
            "title", "origins", "credential", "allow_private_addresses", "tls", "permission_sets")
        self.init(
            name: name, title: try fields.required("title", .name),
            origins: try fields.required("origins", Shape<OriginPattern>.origin.list(1...10)),
            slots: [try fields.required("credential", .slot)], createdAt: call.now, updatedAt: call.now, revision: 0)
        allowedPrivateAddresses = try fields.optional("allow_private_addresses", .addresses) ?? []
        certificateAuthority = try fields.optional("tls", .certificateAuthority) ?? nil
        permissionSets = try fields.optional("permission_sets", .permissionSets) ?? []
    }
}
