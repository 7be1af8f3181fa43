// SPDX-License-Identifier: Apache-2.0
import Secrets
import TestKit
import Testing

@Suite struct MasterKeySourceTests {
    @Test(
        "a source is read as it is named, and names itself so that it is read again",
        arguments: [
            ("/etc/bitting/master.key", .file("/etc/bitting/master.key")),
            ("file:master.key", .file("master.key")), ("file:a:b", .file("a:b")), ("C:odd", .file("C:odd")),
            ("credential:bitting.key", .credential("bitting.key")),
            ("command:/usr/bin/age -d -i /k  m.age", .command(["/usr/bin/age", "-d", "-i", "/k", "m.age"])),
            ("passphrase", .passphrase(.terminal)), ("passphrase:/p", .passphrase(.file("/p"))),
            ("passphrase:credential:p", .passphrase(.credential("p"))),
        ] as [(String, MasterKeySource)])
    func read(text: String, source: MasterKeySource) {
        #expect(MasterKeySource(text) == source)
        #expect(MasterKeySource(source.text) == source)
    }

    @Test(
        "what names nothing, or leads elsewhere, is refused",
        arguments: [
            "", "file:", "command:", "command:  ", "passphrase:", "credential:", "credential:../key", "credential:a/b",
            "credential:..", "credential:.", "passphrase:credential:a/b", "a\nb", "file:a\u{0}b",
            String(repeating: "x", count: 5000),
        ])
    func refused(text: String) { #expect(MasterKeySource(text) == nil) }
}

@Suite struct PassphraseRecipeTests {
    @Test("the right passphrase gives the key again, a wrong one is told, and nothing of either stands in the recipe")
    func derive() throws {
        var random = Seeded(5)
        let (recipe, key) = PassphraseRecipe.make(for: Secret(text: "six words drawn at random"), using: &random)
        #expect(recipe.keyID == key.id)
        let read = try #require(PassphraseRecipe(recipe.text))
        #expect(read == recipe)
        #expect(read.key(from: Secret(text: "six words drawn at random"))?.bytes.exposed() == key.bytes.exposed())
        #expect(read.key(from: Secret(text: "six words drawn at randon")) == nil)
        #expect(!recipe.text.contains("words") && !recipe.text.contains(Hexadecimal.text(key.bytes.exposed())))
        let other = PassphraseRecipe.make(for: Secret(text: "six words drawn at random"), using: &random)
        #expect(other.key.id != key.id, "each recipe has a salt of its own")
    }

    /// RFC 7914, 12: the vector with the parameters nearest to ours that this may be asked for.
    @Test("scrypt is that of RFC 7914")
    func vector() {
        // N = 16384, r = 8, p = 1, salt "SodiumChloride" has 14 bytes and ours has 16; so the id is compared by way of
        // a recipe that names it, made elsewhere: Python's hashlib.scrypt(b"pleaseletmein", salt=bytes(range(16)), ...).
        let recipe = PassphraseRecipe(
            "bitting-passphrase-1 ee554ee4f3678e54 scrypt 16384 8 1 000102030405060708090a0b0c0d0e0f")
        #expect(recipe?.key(from: Secret(text: "pleaseletmein")) != nil)
    }

    @Test(
        "a recipe of another form, or one that would exhaust the memory, is refused",
        arguments: [
            "", "bitting-passphrase-1", "bitting-passphrase-1 0123456789abcdef pbkdf2 131072 8 1 \(salt)",
            "bitting-passphrase-1 0123456789abcdef scrypt 131071 8 1 \(salt)",
            "bitting-passphrase-1 0123456789abcdef scrypt 1024 8 1 \(salt)",
            "bitting-passphrase-1 0123456789abcdef scrypt 1073741824 8 1 \(salt)",
            "bitting-passphrase-1 0123456789abcdef scrypt 131072 64 1 \(salt)",
            "bitting-passphrase-1 0123456789abcdef scrypt 131072 8 0 \(salt)",
            "bitting-passphrase-1 0123456789abcdef scrypt 131072 8 1 00",
            "bitting-passphrase-1 short scrypt 131072 8 1 \(salt)",
        ])
    func junk(text: String) { #expect(PassphraseRecipe(text) == nil) }

    private static let salt = String(repeating: "0a", count: 16)
}
