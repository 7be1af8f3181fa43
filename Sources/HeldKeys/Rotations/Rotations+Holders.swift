// SPDX-License-Identifier: Apache-2.0
package import Access
internal import Secrets

/// Somebody who has a value themselves and may use it on their own.
package struct Holder: Equatable, Sendable {
    /// Who, as the audit trail names them.
    package let by: String
    package let user: UserID?
    package let app: AppID?
    /// When they last got it, and how.
    package let at: Instant
    package let kind: Exposure.Kind

    /// Another exposure is of the same holder where app and user are, or else the key.
    fileprivate var identity: String { app?.description ?? user?.description ?? by }
}

extension Rotations {
    /// Who got the value that is replaced in their own hands and has not got a later one: whoever uses it would be broken
    /// by its end. Who merely put it in is none of them.
    package func holders(of rotation: Rotation, at now: Instant) async throws -> [Holder] {
        try await store.read(by: .schedule, needing: Permission.rotationsRead, "rotation.holders", at: now) {
            try $0.holders(of: rotation.credential, version: rotation.formerNumber)
        }
    }

    /// The value of a version; nil where it has none.
    func open(
        _ version: VersionID, of credential: Credential, _ dataKeys: DataKeys, at now: Instant
    ) async throws -> HeldValue? {
        guard let version = credential.versions.first(where: { $0.id == version }), !version.box.isEmpty,
            let number = SealingKey.term(of: version.box)
        else { return nil }
        let stored = try await store.read(
            by: .schedule, needing: Permission.rotationsRead, "rotation.step", at: now
        ) { try $0.dataKey(of: credential.account, number: number) }
        guard let stored else { return nil }
        let key = try dataKeys.opening(stored)
        let place = Vault.place(
            credential.account, credential.id, version.id, number: version.number, parts: version.parts)
        return try HeldValue(opened: try key.open(version.box, from: place), parts: version.parts)
    }
}

extension CredentialRecords {
    /// Those who hold a version and no later one.
    package func holders(of credential: CredentialID, version: Int64) throws -> [Holder] {
        var filter = ExposureFilter()
        filter.credential = credential
        var latest: [String: (version: Int64, holder: Holder)] = [:]
        var after: String?
        repeat {
            let rows = try exposures(filter, visible: nil, Page(after: after, limit: Page.longest))
            for row in rows where row.kind != .deposit {
                let holder = Holder(by: row.by, user: row.user, app: row.app, at: row.at, kind: row.kind)
                let known = latest[holder.identity]?.version ?? 0
                if row.version >= known { latest[holder.identity] = (row.version, holder) }
            }
            after = rows.count == Page.longest ? rows.last?.id.description : nil
        } while after != nil
        return latest.values.filter { $0.version == version }.map(\.holder).sorted { $0.at < $1.at }
    }
}
