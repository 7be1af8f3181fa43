// SPDX-License-Identifier: Apache-2.0
package import Access

extension Keys {
    /// How a key ends with its owner.
    package enum End: Sendable { case revoke, lock }

    /// Ends a key whose owner leaves, within a change of somebody else's. One that is revoked stays as it is.
    package static func end(
        _ id: KeyID, _ end: End, by caller: Caller, _ records: any KeyRecords, _ note: inout EventNote, at now: Instant
    ) throws {
        guard let key = try records.key(id) else { return }
        if case .revoked = key.state { return }
        switch end {
        case .revoke:
            _ = try apply(
                .revoke(.offboarded, note: "Offboarding.", at: now), to: id, by: caller, ifRevision: nil, records,
                &note, at: now)
        case .lock: _ = try apply(.disable, to: id, by: caller, ifRevision: nil, records, &note, at: now)
        }
    }

    /// Whether a management key that may do everything would remain without the keys of this owner, and, of an account,
    /// of all in it.
    package static func masterKeyRemains(
        without owner: OwnerID, _ records: any KeyRecords, at now: Instant
    ) throws -> Bool {
        try LastManagementKey.remains(records, at: now) { key in
            if case .account(let account) = owner { key.account == account } else { key.owner == owner }
        }
    }
}
