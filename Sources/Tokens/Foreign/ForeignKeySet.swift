// SPDX-License-Identifier: Apache-2.0
internal import Secrets
internal import Wire

/// The keys that an issuer publishes: a JWK Set (RFC 7517, section 5). Of another kind, for another use, too weak: such
/// a key is passed over, as the RFC asks; no token that it signed is believed.
struct ForeignKeySet: Sendable {
    /// The most keys of one set.
    static let mostKeys = 64

    /// Why a document is no set of keys.
    enum Fault: Error, Equatable, Sendable {
        /// Not JSON, or not of that shape.
        case unreadable
        /// More keys than ``mostKeys``.
        case tooMany
    }

    struct Entry: Sendable {
        let id: String?
        /// The one algorithm it is for, where it says so.
        let algorithm: String?
        let key: ForeignKey
    }

    /// Those that can be used.
    let entries: [Entry]
    /// How many RSA keys were passed over because they have fewer than 2048 bits.
    let weak: Int

    /// Reads a set.
    init(_ bytes: [UInt8]) throws(Fault) {
        guard let json = try? JSON.parse(bytes), let keys = json["keys"]?.asArray else { throw .unreadable }
        guard keys.count <= Self.mostKeys else { throw .tooMany }
        var entries: [Entry] = []
        var weak = 0
        for key in keys {
            do throws(ForeignKey.Fault) {
                if let entry = try Entry(key) { entries.append(entry) }
            } catch {
                if error == .weak { weak += 1 }
            }
        }
        self.entries = entries
        self.weak = weak
    }

    /// The key that a token names. One without a name is good only where there is no choice.
    func key(for token: ForeignToken) throws(SignInRefusal) -> ForeignKey {
        guard let id = token.keyID else {
            guard entries.count <= 1 else { throw .keyIDMissing }
            guard let only = entries.first else { throw .keyUnknown }
            guard only.signs(token.algorithm) else { throw .keyMismatch }
            return only.key
        }
        let named = entries.filter { $0.id.map { $0.utf8.elementsEqual(id.utf8) } ?? false }
        guard !named.isEmpty else { throw .keyUnknown }
        let fitting = named.filter { $0.signs(token.algorithm) }
        guard let key = fitting.first, fitting.count == 1 else { throw .keyMismatch }
        return key.key
    }
}

extension ForeignKeySet.Entry {
    /// Whether signatures by that algorithm are its business.
    func signs(_ wanted: ForeignAlgorithm) -> Bool {
        key.fits(wanted) && (algorithm.map { $0 == wanted.rawValue } ?? true)
    }

    /// Reads one key; nil for one that is not for checking signatures, or of a kind that is not known.
    fileprivate init?(_ json: JSON) throws(ForeignKey.Fault) {
        guard let kind = json["kty"]?.asString, json["use"].map({ $0.asString == "sig" }) ?? true,
            json["key_ops"].map({ $0.asArray?.contains(.string("verify")) ?? false }) ?? true,
            json["alg"].map({ $0.asString != nil }) ?? true, json["kid"].map({ $0.asString != nil }) ?? true,
            let key = try Self.key(kind, json)
        else { return nil }
        self.init(id: json["kid"]?.asString, algorithm: json["alg"]?.asString, key: key)
    }

    private static func key(_ kind: String, _ json: JSON) throws(ForeignKey.Fault) -> ForeignKey? {
        let curve = json["crv"]?.asString
        switch (kind, curve) {
        case ("RSA", _): return try .rsa(modulus: try json.bytes("n"), exponent: try json.bytes("e"))
        case ("EC", "P-256"): return try .p256(x: try json.bytes("x"), y: try json.bytes("y"))
        case ("EC", "P-384"): return try .p384(x: try json.bytes("x"), y: try json.bytes("y"))
        case ("OKP", "Ed25519"): return try .ed25519(try json.bytes("x"))
        default: return nil
        }
    }
}

extension JSON {
    /// A member that is bytes in base64url (RFC 7518, section 2).
    fileprivate func bytes(_ name: String) throws(ForeignKey.Fault) -> [UInt8] {
        guard let text = self[name]?.asString, text.utf8.count <= 2048, let bytes = Base64URL.bytes(text) else {
            throw .malformed
        }
        return bytes
    }
}
