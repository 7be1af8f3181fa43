// SPDX-License-Identifier: Apache-2.0
import Secrets
import Testing

/// Signatures that another library made (pyca/cryptography over OpenSSL), and what must not pass for one.
@Suite struct ForeignKeyTests {
    private static let message = Array("the message that was signed".utf8)
    private static let exponent: [UInt8] = [1, 0, 1]
    private static let signatures: [(ForeignAlgorithm, String)] = [
        (.rs256, rs256), (.rs384, rs384), (.rs512, rs512), (.ps256, ps256),
    ]

    private static func bytes(_ text: String) throws -> [UInt8] { try #require(Base64URL.bytes(text)) }
    private static func rsa() throws -> ForeignKey { try .rsa(modulus: bytes(modulus), exponent: exponent) }

    @Test(arguments: ForeignKeyTests.signatures)
    func `RSA takes its own signature, of this message, by this algorithm`(
        _ algorithm: ForeignAlgorithm, _ signature: String
    ) throws {
        let key = try Self.rsa()
        let signature = try Self.bytes(signature)
        for other in ForeignAlgorithm.allCases {
            #expect(key.accepts(signature, of: Self.message, by: other) == (other == algorithm))
        }
        #expect(!key.accepts(signature, of: Self.message + [0], by: algorithm))
        #expect(!key.accepts(Array(signature.dropLast()), of: Self.message, by: algorithm))
        #expect(!key.accepts([], of: Self.message, by: algorithm))
    }

    @Test func `curves take their own signature in the form of JWS`() throws {
        let p256 = try ForeignKey.p256(x: Self.bytes(Self.es256.x), y: Self.bytes(Self.es256.y))
        let p384 = try ForeignKey.p384(x: Self.bytes(Self.es384.x), y: Self.bytes(Self.es384.y))
        let small = try Self.bytes(Self.es256.signature)
        let large = try Self.bytes(Self.es384.signature)
        #expect(p256.accepts(small, of: Self.message, by: .es256))
        #expect(p384.accepts(large, of: Self.message, by: .es384))
        #expect(!p256.accepts(small, of: Self.message, by: .es384))
        #expect(!p384.accepts(large, of: Self.message, by: .es256))
        #expect(!p256.accepts([UInt8](repeating: 0, count: 64), of: Self.message, by: .es256))
        #expect(!p256.accepts(large, of: Self.message, by: .es256))
    }

    /// RFC 8037, appendix A.4.
    @Test func `Ed25519 takes the signature of the RFC`() throws {
        let key = try ForeignKey.ed25519(Self.bytes("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"))
        let signed = Array("eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc".utf8)
        var signature = try Self.bytes(
            "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg")
        #expect(key.accepts(signature, of: signed, by: .edDSA))
        signature[0] ^= 1
        #expect(!key.accepts(signature, of: signed, by: .edDSA))
    }

    @Test func `a key fits algorithms of its own kind only`() throws {
        let key = try Self.rsa()
        #expect(ForeignAlgorithm.allCases.filter(key.fits) == [.rs256, .rs384, .rs512, .ps256])
        let curve = try ForeignKey.p256(x: Self.bytes(Self.es256.x), y: Self.bytes(Self.es256.y))
        #expect(ForeignAlgorithm.allCases.filter(curve.fits) == [.es256])
    }

    @Test func `weak, overlong and impossible numbers are no keys`() throws {
        let modulus = try Self.bytes(Self.modulus)
        #expect(throws: ForeignKey.Fault.weak) {
            try ForeignKey.rsa(modulus: Self.bytes(Self.weak), exponent: Self.exponent)
        }
        #expect(throws: ForeignKey.Fault.weak) { try ForeignKey.rsa(modulus: [], exponent: Self.exponent) }
        let zeros = [UInt8](repeating: 0, count: 200)
        #expect(throws: ForeignKey.Fault.weak) {
            try ForeignKey.rsa(modulus: zeros + Self.bytes(Self.weak), exponent: Self.exponent)
        }
        #expect(throws: ForeignKey.Fault.tooLong) {
            try ForeignKey.rsa(modulus: [UInt8](repeating: 0xFF, count: 1025), exponent: Self.exponent)
        }
        for exponent in [[], [0], [1], [2], [1, 0, 0, 0, 1], [1, 0, 0]] as [[UInt8]] {
            #expect(throws: ForeignKey.Fault.malformed) { try ForeignKey.rsa(modulus: modulus, exponent: exponent) }
        }
        #expect(throws: ForeignKey.Fault.malformed) {
            try ForeignKey.rsa(modulus: modulus.dropLast() + [0x10], exponent: Self.exponent)
        }
        #expect(throws: ForeignKey.Fault.malformed) {
            try ForeignKey.p256(x: [UInt8](repeating: 1, count: 32), y: [UInt8](repeating: 1, count: 32))
        }
        #expect(throws: ForeignKey.Fault.malformed) {
            try ForeignKey.p256(x: Self.bytes(Self.es256.x).dropLast(), y: Self.bytes(Self.es256.y))
        }
        #expect(throws: ForeignKey.Fault.malformed) { try ForeignKey.ed25519([1, 2, 3]) }
    }

    private static let modulus =
        "seDKE06z-R3LWwtQ0wG89nRlJ2aQZoiroL4Ak4AOi7-fAyipDsZB4_eEuMlromd9-8OgCgQKr88DfuhqQG5xQCol"
        + "guqHHZVnPH-qdNvhdRX-3vdJG7a5P-WJEWYty6KXg1hnKfJi-15NuK4KRu6_kF7Y2rwnVgsLTQVTL1u8ypwE5mOa"
        + "N9pJODAYVq1uoCPpRY9N6uQy89pTaCqTm37ZuXaGw07o6f4fKVHi7ryTPtEqbcmKbMif62yRRDYaZk4MHMUav6BG"
        + "_2mniRieDgZ7q4msmpbakJ-sYy8S8OqgnzQRFH_ciIiFDEsYmM4b2rr5tOXxmyXSOOdmpIszKG6E6Q"
    private static let rs256 =
        "m85DbwlG1SrYJg6qsjm1f61EK4oRxhfS6G_bU8c0hYxCkt8gxuXbt2lwhT7p5Fxbsbb4S4zuef3OUT1NnbEqYHAt"
        + "_25KVBgJBLN3xj28hcFVBejARbWDLcmIAG08ZR0J0ohtaMP0ZJJ8li9C1NAQpRtoaZaQy75i41RaAcaxyZvG2kZ7"
        + "teQWHq1R5BgaBeH30KUD5VTVLvorhtproYoxaVrAAIcyy6gTmiGuwfXks74M4eKj7HSr4PywGSqVhpkMjRaqPs12"
        + "hwwtQWPdgZb8msaegIMTPQ2oFNQiYRUevCUHoi6uQrpmd7bsCrP-App58Nzo3AbMXGhazRzz_Bj4_Q"
    private static let rs384 =
        "ebnpf1Qo3AbPBHR6j3Ty5TecfNxRjDvZgoW58cuiPVLDT0BEHu2Eg495CClm1o5w2hH3Ux4UrqvdKYfOHkAqJHR8"
        + "Yaum1dMjt-c1-Ikqab0fIMgX0Lmb8FtlYCDlXmQTm09yyQARynax09EJQx5yPbxiEJqXm2zt_r_yvhVepZWA2i-a"
        + "FpLWgbolRh3_gcqYzY5rwZSSDoAy3cizwUcwLorVYacuOfTVXkNC1GoJtTVOYwSjjC0VfMOsre5FhXNQI8SrlUC-"
        + "Qxk3OgAr3ols9ru0y2M8Rv-3KCJiVMLrxS8s-efMjE1b25CW4GyfnaApEzlMYLJH8YMUk1ntWkWzZA"
    private static let rs512 =
        "hHGZZoctHi-rxm-ShsFfQHiIGoNcBbwew1vvKfdgyMkTIycL_8jNPPo3agef-Yb-I29G_5FfAQDKhPN_Zbw0ngCK"
        + "FDtdqFXA6ds_DF5aSDfsQRF3NNoiKDH0osbeWfVg_mnd4hgMIT1d8HSqPkfelaJ6a3wW8jg2F_9Id7FTuLmZhXvt"
        + "m7YoDpQopXl03sdeGp2JKYCbBYOc8aBGkhfIvHQyDYKgex_oUVlgvRvfue3_GJkW9Z7tGxLRmviSEKXkz7Hpxxcm"
        + "hen0AA7FWOQdMvCv3IR4z1dWd85vlDcifwunYE94Z18Pyw_jSMJZLCvKkuQFVaXHFzsfJv6kZmrLUg"
    private static let ps256 =
        "HToxy-I8kXxO__RaUaJy3QxwzjvzUbjFui4lrVPBvUVSJjbN5iMHMkX2UklFO12kJSnj_5bv-p4knlV0769I8wwX"
        + "lWugLQwXb55teDQjwePeea2Z3AbchMIpBrR78D5CpQ9EYjN6hYnjfLuyuPM0CebdmkkzsbamGMLg5gSRizVH7k0_"
        + "mNdT5xdmScJ8FIIjA0g64BUZwH4RqSYTtEiTnyo_td2fvD9Oxntugjbb1EnfXCv7LWPlIfEi3rQE3_9Ts-YAHstX"
        + "JwdWrjFzIt_Q9iYH-XIIwIDtcSO1Hpro_jkD0nXwUXJIRntnQcAgOp9KrRKfbPYa6Em5b6BS9UBU4A"
    /// 1024 bits.
    private static let weak =
        "o3h1p1iWbaVJtYWpdQE1lfWhUyQpUs0JEKGHVw1n1YB8HU2iCnrdfKH2XdsJQ4rVCnN_OctA4tutNjvMx5m-swyX"
        + "ZTeTBmc4l3Z303KjBZb7_VJPUwbbSzcpVsEcELAayaMci2udvSxw6inVGog3tqB8XKjs9CwV1HBSkkTNxdc"
    private static let es256 = (
        x: "iMS6UaCnxCNhDHVF8ZHJ_52EsKqRieu_4TNSi4rCAWo",
        y: "cuFNzmjxDHGC-5EriLUyyqmN1P7wya6DfbcdR1w2hgU",
        signature:
            "1DdBVzLqDqPGGVfkb3OcgdEmE6Ossnae0MwKP4SMhYjRLPciCWKWBrfW6tdfP_O5pmUKWnZ48_0B9TAxbPYoeA"
    )
    private static let es384 = (
        x: "TN95POYFODkrR8np8h2w6adPrt5ifm1R50Boh_14zSCI_XaYumDw2V_py87Tyk6u",
        y: "YQPdsd6ZeChJVHVajbMewDd93dDt0LAYL-13KY1EE81cSVCrjepHCpMVzN724nbD",
        signature:
            "pXpucl0w0H4DD1k5KsWoOnVOAoIbrR03NW4VqFLk2V38eS0w0LyWs5toJ97PToGLO_TVZvpj-y4cCe3A4HliRY0P"
            + "ehzJ59P_LD2mijzY9Ue-DKOl9KC_43ENoSQdKOdS"
    )
}
