// SPDX-License-Identifier: Apache-2.0
package import Access
package import IssuedKeys

extension Transaction {
    private static let columns =
        "id, name, prefix, environment, max_lifetime, accepts_query, built_in, created_at, updated_at, revision, "
        + "default_limits, rotate_every, revoke_when_unused_for"

    static func keyspace(_ row: any Row) throws -> Keyspace {
        Keyspace(
            id: try row.id(0, "keyspace id"), name: try row.needText(1, "keyspace name"),
            prefix: try row.needText(2, "keyspace prefix"), environment: try row.needText(3, "keyspace environment"),
            maxLifetime: row.integer(4).map(Length.init(milliseconds:)),
            defaultLimits: try AllowanceText.limits(try row.needText(10, "keyspace default_limits")),
            rotateEvery: row.integer(11).map(Length.init(milliseconds:)),
            revokeWhenUnusedFor: row.integer(12).map(Length.init(milliseconds:)),
            acceptsQueryParameter: try row.needInteger(5, "keyspace accepts_query") != 0,
            isBuiltIn: try row.needInteger(6, "keyspace built_in") != 0,
            createdAt: try row.needMoment(7, "keyspace created_at"),
            updatedAt: try row.needMoment(8, "keyspace updated_at"),
            revision: try row.needInteger(9, "keyspace revision"))
    }

    package func keyspace(_ id: KeyspaceID) throws -> Keyspace? {
        try statements.first("SELECT \(Self.columns) FROM keyspaces WHERE id = $1", [.id(id)], Self.keyspace)
    }

    package func keyspace(named name: String) throws -> Keyspace? {
        try statements.first("SELECT \(Self.columns) FROM keyspaces WHERE name = $1", [.text(name)], Self.keyspace)
    }

    package func keyspaces(_ page: Page) throws -> [Keyspace] {
        var conditions = Conditions()
        conditions.add(page, visible: nil)
        return try statements.all(
            "SELECT \(Self.columns) FROM keyspaces\(conditions.clause) ORDER BY id LIMIT \(page.limit)",
            conditions.values,
            Self.keyspace)
    }

    package func insert(_ keyspace: Keyspace) throws {
        try insert(
            """
            INSERT INTO keyspaces (\(Self.columns)) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11,
            $12, $13)
            """,
            [
                .id(keyspace.id), .text(keyspace.name), .text(keyspace.prefix), .text(keyspace.environment),
                .length(keyspace.maxLifetime), .flag(keyspace.acceptsQueryParameter),
                .flag(keyspace.isBuiltIn), .moment(keyspace.createdAt), .moment(keyspace.updatedAt),
                .integer(keyspace.revision), .text(AllowanceText.text(keyspace.defaultLimits)),
                .length(keyspace.rotateEvery), .length(keyspace.revokeWhenUnusedFor),
            ], ifTaken: "Another keyspace has this name.", fix: "Choose another name.")
        try note(.keyspace(keyspace), kind: "keyspace", id: keyspace.id.description)
    }

    package func update(_ keyspace: Keyspace) throws {
        try planReview(of: keyspace)
        try statements.run(
            """
            UPDATE keyspaces SET max_lifetime = $1, accepts_query = $2, default_limits = $3, rotate_every = $4,
            revoke_when_unused_for = $5, updated_at = $6, revision = $7 WHERE id = $8
            """,
            [
                .length(keyspace.maxLifetime), .flag(keyspace.acceptsQueryParameter),
                .text(AllowanceText.text(keyspace.defaultLimits)), .length(keyspace.rotateEvery),
                .length(keyspace.revokeWhenUnusedFor), .moment(keyspace.updatedAt), .integer(keyspace.revision),
                .id(keyspace.id),
            ])
        try note(.keyspace(keyspace), kind: "keyspace", id: keyspace.id.description)
    }
}
