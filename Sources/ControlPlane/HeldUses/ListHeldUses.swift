// SPDX-License-Identifier: Apache-2.0
import Access
import HeldKeys
import Wire

/// `GET /v1/credentials/{id}/uses`: who can use a held key, and who did.
func listCredentialUses(_ call: Call) async throws -> Answer {
    let position = try ListPosition("credential-uses", call.query)
    await call.ports.flushUses()
    let found = try await call.ports.heldUses.ofCredential(
        by: call.caller, call.id("credential"), position.page, at: call.now)
    return .page(found.items, next: position.cursor(after: found.next)) { $0.members(of: $1) }
}

/// `GET /v1/apps/{id}/held`: what an app can use, and what it did.
func listHeldOfApp(_ call: Call) async throws -> Answer {
    let position = try ListPosition("app-held", call.query)
    await call.ports.flushUses()
    let found = try await call.ports.heldUses.ofApp(by: call.caller, call.id("app"), position.page, at: call.now)
    return .page(found.items, next: position.cursor(after: found.next)) { $0.members(of: $1) }
}

extension JSONWriter {
    fileprivate mutating func members(of use: HeldUse) {
        let integration = use.integration
        text("integration", integration.id)
        member("name", integration.name)
        member("state", integration.state.rawValue)
        text("expires_at", integration.expiresAt)
        text("app", integration.app)
        member("app_name", use.appName)
        text("credential", use.credential.id)
        member("credential_name", use.credential.name)
        member("provider", use.credential.provider)
        members(of: use.sum ?? LendSum())
        member("on_current_version", use.isOnCurrent)
        key("versions")
        array { writer in for part in use.parts { writer.object { $0.members(of: part, use) } } }
        key("addresses")
        array { writer in for place in use.addresses { writer.object { $0.members(of: place, use) } } }
    }

    private mutating func members(of part: HeldUse.Part, _ use: HeldUse) {
        members(of: part.version, use)
        text("key", part.key)
        members(of: part.sum)
    }

    private mutating func members(of place: HeldUse.Place, _ use: HeldUse) {
        member("address", place.address?.description)
        members(of: place.version, use)
        members(of: place.sum)
    }

    private mutating func members(of version: VersionID, _ use: HeldUse) {
        let known = use.version(version)
        text("version", version)
        member("version_number", known?.number)
        member("version_state", known?.state.rawValue)
    }

    private mutating func members(of sum: LendSum) {
        member("calls", sum.calls)
        member("errors", sum.errors)
        member("unauthorized", sum.unauthorized)
        member("forbidden", sum.forbidden)
        text("first_used_at", sum.calls > 0 ? sum.firstAt : nil)
        text("last_used_at", sum.calls > 0 ? sum.lastAt : nil)
        member("last_status", sum.lastStatus)
    }
}
