// SPDX-License-Identifier: Apache-2.0
import Access
import HeldKeys
import Wire

extension JSONWriter {
    /// A credential as it is shown, without any value. `used`: when calls last carried its versions.
    mutating func members(of credential: Credential, used: [VersionID: Instant]) {
        text("id", credential.id)
        text("account", credential.account)
        member("provider", credential.provider)
        member("name", credential.name)
        key("settings")
        object { writer in
            for setting in credential.settings { writer.member(setting.name, setting.value) }
        }
        key("versions")
        array { writer in
            for version in credential.versions {
                writer.object { $0.members(of: version, lastUsedAt: used[version.id]) }
            }
        }
        text("rotation", credential.rotation)
        text("rotate_at", credential.rotateAt)
        key("rotation_policy")
        policy(credential.policy)
        member("state", credential.deletion == nil ? "active" : credential.isDestroyed ? "destroyed" : "deleted")
        text("deleted_at", credential.deletion?.at)
        text("recoverable_until", credential.deletion?.recoverableUntil)
        text("created_at", credential.createdAt)
        text("updated_at", credential.updatedAt)
    }

    private mutating func policy(_ policy: RotationPolicy?) {
        guard let policy else { return null() }
        object { writer in
            writer.text("every", policy.every)
            writer.member("after_exposure", policy.afterExposure)
            writer.members(of: policy.terms)
        }
    }

    /// A version as it is shown: the names of its parts, never what is in them.
    mutating func members(of version: CredentialVersion, lastUsedAt: Instant?) {
        text("id", version.id)
        member("number", version.number)
        member("state", version.state.rawValue)
        member("parts", version.parts)
        member("fingerprint", version.fingerprint)
        member("key_id", version.keyID)
        member("minted", version.isMinted)
        text("expires_at", version.expiresAt)
        text("last_used_at", lastUsedAt)
        text("created_at", version.createdAt)
    }
}

extension Call {
    /// When calls last carried versions of these credentials. Read as the program itself: whoever may see a credential
    /// may see this of it.
    func lastUses(of credentials: [CredentialID]) async throws -> [VersionID: Instant] {
        try await ports.heldUses.lastUses(by: .setup, ofVersionsOf: credentials, at: now)
    }

    /// One credential.
    func answer(_ credential: Credential) async throws -> Answer {
        let used = try await lastUses(of: [credential.id])
        return .one(revision: credential.revision) { $0.members(of: credential, used: used) }
    }
}
