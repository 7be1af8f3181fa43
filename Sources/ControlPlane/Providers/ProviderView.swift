// SPDX-License-Identifier: Apache-2.0
import Access
import HeldKeys
import Wire

extension JSONWriter {
    /// A provider as it is shown: the shape it was described in.
    mutating func members(of provider: Provider) {
        member("name", provider.name)
        member("title", provider.title)
        member("origins", provider.origins.map(\.text))
        key("credential")
        object { $0.members(of: provider.slots[0]) }
        member("allow_private_addresses", provider.allowedPrivateAddresses.map(\.description))
        key("tls")
        object { $0.member("ca", provider.certificateAuthority) }
        key("permission_sets")
        object { writer in
            for set in provider.permissionSets { writer.member(set.name, set.rules) }
        }
        text("created_at", provider.createdAt)
        text("updated_at", provider.updatedAt)
    }

    private mutating func members(of slot: CredentialSlot) {
        switch slot {
        case .header(let name, let format):
            member("in", "header")
            member("name", name)
            member("format", format.text)
        case .basic(let format):
            member("in", "basic")
            member("format", format.text)
        case .query(let name, let format):
            member("in", "query")
            member("name", name)
            member("format", format.text)
        case .path, .body, .awsSignature, .signature, .clientCredentials: break
        }
    }
}
