// SPDX-License-Identifier: Apache-2.0
import Secrets
import TestKit
import Testing

@Suite struct DepositKeyTests {
    private static func key(_ seed: UInt64) throws -> DepositKey {
        var random = Seeded(seed)
        let key = DepositKey(seed: DepositKey.seed(using: &random))
        return try #require(key)
    }

    private static func place(
        installation: String = "bitting/0f3a91c4", deposit: String = "dep_1", account: String = "acc_1",
        provider: String = "carrier", parts: [String] = []
    ) -> DepositPlace {
        DepositPlace(
            installation: installation, deposit: deposit, account: account, provider: provider, parts: parts)
    }

    private static func failure(_ key: DepositKey, _ sealed: [UInt8], _ place: DepositPlace) -> SealFailure? {
        do {
            _ = try key.open(sealed, for: place)
            return nil
        } catch { return error }
    }

    @Test("what was sealed to a key opens with it", arguments: [0, 1, 16, 4096, 16_384])
    func roundTrip(count: Int) throws {
        let key = try Self.key(1)
        let plain = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
        let sealed = key.publicKey.seal(Secret(copying: plain.span), for: Self.place())
        #expect(sealed.count == 65 + count + 16)
        #expect(try key.open(sealed, for: Self.place()).exposed() == plain)
        #expect(key.publicKey.seal(Secret(copying: plain.span), for: Self.place()) != sealed)
    }

    @Test("it opens for nothing else, and with no other key")
    func bound() throws {
        let key = try Self.key(1)
        let sealed = key.publicKey.seal(Secret(text: "sk_example"), for: Self.place(parts: ["id", "secret"]))
        let others = [
            Self.place(parts: ["id"]), Self.place(),
            Self.place(installation: "bitting/00000000", parts: ["id", "secret"]),
            Self.place(deposit: "dep_2", parts: ["id", "secret"]),
            Self.place(account: "acc_2", parts: ["id", "secret"]),
            Self.place(provider: "stripe", parts: ["id", "secret"]),
            Self.place(account: "acc_1carrier", provider: "", parts: ["id", "secret"]),
        ]
        for other in others { #expect(Self.failure(key, sealed, other) == .refused) }
        #expect(Self.failure(try Self.key(2), sealed, Self.place(parts: ["id", "secret"])) == .refused)
        #expect(Self.failure(key, sealed, Self.place(parts: ["id", "secret"])) == nil)
    }

    @Test("altered, cut or lengthened, it does not open")
    func altered() throws {
        let key = try Self.key(1)
        let sealed = key.publicKey.seal(Secret(text: "sk_example"), for: Self.place())
        for byte in sealed.indices {
            var other = sealed
            other[byte] ^= 1 << (byte % 8)
            #expect(Self.failure(key, other, Self.place()) != nil, "byte \(byte)")
        }
        for count in 0..<sealed.count { #expect(Self.failure(key, Array(sealed.prefix(count)), Self.place()) != nil) }
        #expect(Self.failure(key, sealed + [0], Self.place()) == .refused)
    }

    /// Made by another implementation (pyca/cryptography 50, `hpke.Suite`); the seed is the bytes 1 to 32.
    @Test("what another implementation sealed opens")
    func vector() throws {
        let account = "acc_01k9xv2m8q0e7s4r6t8v0w2y4z"
        let deposit = "dep_01k9xv2m8q0e7s4r6t8v0w2y4z"
        let seed = (1...32).map { UInt8($0) }
        let made = DepositKey(seed: Secret(copying: seed.span))
        let key = try #require(made)
        #expect(key.publicKey.id == "4269889431e31319")
        #expect(
            Base64URL.text(key.publicKey.bytes)
                == "BFFcPW6545a5BNP-yn9U_c0MwemXvzddylFa0KbDtANfRTa-OlDzGPv5pUdZAqIhUCvvDVfgjFOyzApW8X2fk1Q")
        let one = try #require(
            Base64URL.bytes(
                "BCwtGmSXlV47UtMwFcZsZ_zXS3v8-YoXI3jhy7AC_RfE7fgEv4LY9n9R5txvYv8oy7rUBwynj4n4UMH0owOHSESL3uyEJtlVr1uzvNqlYu88"
                    + "AOg3hcbrz9ChBBzCB6Uj"))
        let whole = Self.place(deposit: deposit, account: account)
        #expect(try key.open(one, for: whole).exposed() == Array("sk_example_7f3a".utf8))
        let two = try #require(
            Base64URL.bytes(
                "BFNUW16lOZo34MF6p19vYmeOudny2zVb0NgYnsaArhWiVu_QS-_6AHG9LWdodD-KwhQTKNfluP0RsEEJsJ5KYBI2agWLiwekjmpEcynLfC_L"
                    + "-dYShzrtQMUMzP2hL3KB"))
        let parts = Self.place(deposit: deposit, account: account, parts: ["id", "secret"])
        var given = [(name: "secret", bytes: Array("s3cr3".utf8)), (name: "id", bytes: Array("me".utf8))]
        #expect(try key.open(two, for: parts).exposed() == SealedDeposit.layout(wiping: &given).exposed())
    }

    @Test("what is no point of the curve is no key", arguments: [0, 64, 65, 66])
    func noPoint(count: Int) {
        #expect(DepositPublicKey(bytes: [UInt8](repeating: 4, count: count)) == nil)
    }

    @Test("it prints as its name")
    func silent() throws {
        let key = try Self.key(3)
        #expect("\(key)" == "DepositKey")
        #expect(String(reflecting: key) == "DepositKey")
    }
}
