// SPDX-License-Identifier: Apache-2.0
import Access
import HeldKeys
import IssuedKeys
import Secrets
import Shapes
import Wire

/// `POST /v1/hygiene/apply`: carries out the fix of a finding, through the same core operations as the call it names,
/// with the same rights asked for and the same events.
func applyHygiene(_ call: Call) async throws -> Answer {
    let fields = try call.fields("kind", "subject")
    let kind = try fields.required(
        "kind",
        Shape.parsed("This is not a kind of finding.", fix: "Send the `kind` of a finding.") { AnyHygieneKind($0) })
    await call.ports.flushUses()
    let (finding, mended): (AnyFinding, Mended)
    switch kind {
    case .issued(let kind): (finding, mended) = try await call.mend(kind, fields.required("subject", .issuedSubject))
    case .held(let kind): (finding, mended) = try await call.mend(kind, fields.required("subject", .heldSubject))
    }
    return .json { writer in
        writer.object { writer in
            writer.key("finding")
            writer.object { $0.members(of: finding) }
            writer.members(of: mended)
        }
    }
}

extension Shape where Value == HygieneSubject {
    fileprivate static var issuedSubject: Shape {
        parsed("This is not the id of a key or keyspace.", fix: "Send the `subject` of a finding.") { .init($0) }
    }
}

extension Shape where Value == HeldSubject {
    fileprivate static var heldSubject: Shape {
        parsed("This is not the id of an integration or credential.", fix: "Send the `subject` of a finding.") {
            .init($0)
        }
    }
}

/// What a fix changed, as it is now.
private struct Mended: Sendable {
    var key: KeyView?
    /// The text of the key's new secret, shown only in this answer.
    var secret: [UInt8]?
    var integration: IntegrationView?
    var credential: Credential?
    var keyspace: Keyspace?
}

extension Call {
    fileprivate func mend(_ kind: HygieneKind, _ subject: HygieneSubject) async throws -> (AnyFinding, Mended) {
        let finding = try await ports.hygiene.find(by: caller, kind, subject, at: now)
        guard let fix = finding.fix else {
            throw Refusal.conflict(detail: "No call mends this: \(finding.detail)", fix: "Issue another key in time.")
        }
        return (.issued(finding), try await perform(fix))
    }

    fileprivate func mend(_ kind: HeldHygieneKind, _ subject: HeldSubject) async throws -> (AnyFinding, Mended) {
        let finding = try await ports.heldHygiene.find(by: caller, kind, subject, at: now)
        guard let fix = finding.fix else {
            throw Refusal.conflict(
                detail: "No call by itself mends this: \(finding.detail)", fix: "Put in a new value, or delete it.")
        }
        return (.held(finding), try await perform(fix))
    }

    private func perform(_ fix: HeldFix) async throws -> Mended {
        let changed: Integration
        switch fix {
        case .delete(let id):
            return Mended(
                credential: try await ports.credentials.delete(
                    by: caller, id, recoverWithin: HeldHygieneTerms.recovery, ifRevision: nil, at: now))
        case .pause(let id): changed = try await ports.integrations.pause(by: caller, id, at: now)
        case .narrow(let id, let rules):
            var patch = IntegrationPatch()
            patch.allow = .set(rules)
            changed = try await ports.integrations.change(by: caller, id, patch, ifRevision: nil, at: now)
        }
        return Mended(integration: try await views([changed])[0])
    }

    private func perform(_ fix: HygieneFix) async throws -> Mended {
        switch fix {
        case .revoke(let id):
            try await shown(ports.keys.revoke(by: caller, id, reason: .unused, note: nil, at: now))
        case .disable(let id): try await shown(ports.keys.disable(by: caller, id, at: now))
        case .expire(let id, let moment): try await change(id) { $0.expiresAt = .set(moment) }
        case .narrow(let id, let scopes): try await change(id) { $0.scopes = .set(scopes) }
        case .rotate(let id, let grace): try await rotate(id, grace)
        case .extendGrace(let id, let grace):
            try await shown(ports.keys.retire(by: caller, id, grace: grace, ifRevision: nil, at: now))
        case .boundLifetime(let id, let length): try await bound(id, length)
        }
    }

    private func shown(_ key: Key) async throws -> Mended {
        Mended(key: try await KeyViews(call: self).view(changed: key))
    }

    private func change(_ id: KeyID, _ body: (inout KeyPatch) -> Void) async throws -> Mended {
        var patch = KeyPatch()
        body(&patch)
        return try await shown(ports.keys.change(by: caller, id, patch, ifRevision: nil, at: now))
    }

    private func rotate(_ id: KeyID, _ grace: Length) async throws -> Mended {
        let made = try await ports.keys.rotate(
            by: caller, id, RotationTerms(grace: grace), ifRevision: nil, at: now)
        var mended = try await shown(made.key)
        mended.secret = made.secret.revealing { span in (0..<span.count).map { span[$0] } }
        return mended
    }

    private func bound(_ id: KeyspaceID, _ length: Length) async throws -> Mended {
        var patch = KeyspacePatch()
        patch.maxLifetime = .set(length)
        return Mended(
            keyspace: try await ports.keyspaces.change(by: caller, id, patch, ifRevision: nil, at: now))
    }
}

extension JSONWriter {
    fileprivate mutating func members(of mended: Mended) {
        key("key")
        if let view = mended.key { object { $0.members(of: view) } } else { null() }
        key("secret")
        if let secret = mended.secret { string(secret.span) } else { null() }
        key("integration")
        if let integration = mended.integration { object { $0.members(of: integration) } } else { null() }
        key("credential")
        if let credential = mended.credential { object { $0.members(of: credential, used: [:]) } } else { null() }
        key("keyspace")
        if let keyspace = mended.keyspace { object { $0.members(of: keyspace) } } else { null() }
    }
}
