// SPDX-License-Identifier: Apache-2.0
package import Access
package import Secrets
internal import Wire

/// What stands, readable by anybody, in front of a backup. Nothing of it is secret; all of it is authenticated by what
/// follows.
package struct BackupHead: Equatable, Sendable {
    /// What is in the file.
    package enum Kind: String, Sendable {
        /// The database without the data keys.
        case database
        /// The data keys alone.
        case dataKeys = "data_keys"
    }

    package var kind: Kind
    /// Tells installations apart: the digest of their first event.
    package var installation: String
    package var createdAt: Instant
    package var masterKeyID: String
    /// The newest step of the schema.
    package var schemaStep: Int64
    /// Where the audit trail ended.
    package var chainEnd: EventChain
    /// The keyring, sealed under the master key.
    package var terms: [Keyring.SealedTerm]
    /// How the master key is derived, if from a passphrase; without it the passphrase alone would open nothing.
    package var recipe: PassphraseRecipe?
    /// Drawn for this file alone.
    package var salt: [UInt8]

    /// A head of all its parts.
    package init(
        kind: Kind, installation: String, createdAt: Instant, masterKeyID: String, schemaStep: Int64,
        chainEnd: EventChain, terms: [Keyring.SealedTerm], recipe: PassphraseRecipe?, salt: [UInt8]
    ) {
        self.kind = kind
        self.installation = installation
        self.createdAt = createdAt
        self.masterKeyID = masterKeyID
        self.schemaStep = schemaStep
        self.chainEnd = chainEnd
        self.terms = terms
        self.recipe = recipe
        self.salt = salt
    }

    /// The first bytes of every backup; the number is that of the format.
    package static let magic = Array("bitting-backup-1\n".utf8)
    /// The longest head that is read.
    package static let longest = 1 << 20

    /// As it is written.
    package var text: [UInt8] {
        let terms = terms.map { term -> JSON in
            [
                "number": .integer(Int64(term.number)), "master_key_id": .string(term.masterKeyID),
                "box": .string(Hexadecimal.text(term.box)),
            ]
        }
        var members: [JSON.Member] = [
            .init(name: "kind", value: .string(kind.rawValue)),
            .init(name: "installation", value: .string(installation)),
            .init(name: "created_at", value: .string(createdAt.description)),
            .init(name: "master_key_id", value: .string(masterKeyID)),
            .init(name: "schema_step", value: .integer(schemaStep)),
            .init(name: "last_event", value: .integer(chainEnd.sequence)),
            .init(name: "last_hash", value: .string(chainEnd.hash.hexadecimal)),
            .init(name: "terms", value: .array(terms)),
            .init(name: "salt", value: .string(Hexadecimal.text(salt))),
        ]
        if let recipe { members.append(.init(name: "passphrase", value: .string(recipe.text))) }
        return Array(JSON.object(members).text.utf8)
    }

    /// Reads one; nil for anything that this version does not write.
    package init?(text: [UInt8]) {
        guard let json = try? JSON.parse(text), let kind = json["kind"]?.asString.flatMap(Kind.init(rawValue:)),
            let installation = json["installation"]?.asString,
            let createdAt = json["created_at"]?.asString.flatMap({ Instant($0) }),
            let masterKeyID = json["master_key_id"]?.asString, let schemaStep = json["schema_step"]?.asInteger,
            let sequence = json["last_event"]?.asInteger,
            let hash = json["last_hash"]?.asString.flatMap(Digest.init(hexadecimal:)),
            let terms = json["terms"]?.asArray?.map(Self.term), !terms.contains(nil),
            let salt = json["salt"]?.asString.flatMap({ Hexadecimal.bytes($0) }), salt.count == 16
        else { return nil }
        let recipe = json["passphrase"]?.asString
        self.init(
            kind: kind, installation: installation, createdAt: createdAt, masterKeyID: masterKeyID,
            schemaStep: schemaStep, chainEnd: EventChain(sequence: sequence, hash: hash),
            terms: terms.compactMap(\.self),
            recipe: recipe.flatMap { PassphraseRecipe($0) }, salt: salt)
        guard (recipe == nil) == (self.recipe == nil) else { return nil }
    }

    private static func term(_ json: JSON) -> Keyring.SealedTerm? {
        guard let number = json["number"]?.asInteger.flatMap({ UInt32(exactly: $0) }),
            let id = json["master_key_id"]?.asString, let box = json["box"]?.asString.flatMap({ Hexadecimal.bytes($0) })
        else { return nil }
        return Keyring.SealedTerm(number: number, masterKeyID: id, box: box)
    }
}
