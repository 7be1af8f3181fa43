// SPDX-License-Identifier: Apache-2.0
import HeldKeys
import Wire

extension JSONWriter {
    /// A credential as it is shown, without any value.
    mutating func members(of credential: Credential) {
        text("id", credential.id)
        text("account", credential.account)
        member("provider", credential.provider)
        member("name", credential.name)
        key("versions")
        array { writer in
            for version in credential.versions { writer.object { $0.members(of: version) } }
        }
        text("created_at", credential.createdAt)
        text("updated_at", credential.updatedAt)
    }

    private mutating func members(of version: CredentialVersion) {
        text("id", version.id)
        member("number", version.number)
        member("state", version.state.rawValue)
        member("fingerprint", version.fingerprint)
        text("created_at", version.createdAt)
    }
}
