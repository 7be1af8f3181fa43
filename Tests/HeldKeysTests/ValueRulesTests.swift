// SPDX-License-Identifier: Apache-2.0
import Access
import Secrets
import TestKit
import Testing

@testable import HeldKeys

/// Which values a provider takes.
@Suite struct ValueRulesTests {
    private func provider(
        _ slots: [CredentialSlot], parts: [String] = [], _ change: (inout Provider) -> Void = { _ in }
    ) throws -> Provider {
        var provider = Provider(
            name: "carrier", title: "Carrier", origins: [try #require(OriginPattern("https://api.carrier.example"))],
            slots: slots, createdAt: FixedTime.start, updatedAt: FixedTime.start, revision: 1)
        provider.parts = parts.map { NamedPart(name: $0, title: $0) }
        change(&provider)
        return provider
    }

    private func header(_ format: String = "Bearer {value}") throws -> CredentialSlot {
        .header(name: "Authorization", format: try #require(SlotFormat(format)))
    }

    private func pointer(_ provider: Provider, _ value: borrowing HeldValue) -> String? {
        do throws(Refusal) {
            try ValueRules(provider).check(value)
            return nil
        } catch { return error.pointer }
    }

    private func parts(_ given: [(String, String)]) -> HeldValue {
        var parts = given.map { (name: $0.0, bytes: Array($0.1.utf8)) }
        return HeldValue(wiping: &parts)
    }

    @Test(arguments: [
        "a\r\nHost: evil", "a\nb", "a\rb", "a\0b", "\u{e9}", "a\tb", "a\u{7f}", " a", "a ", "",
    ])
    func `what cannot stand in a request is refused`(text: String) throws {
        #expect(pointer(try provider([try header()]), HeldValue(Secret(text: text))) == "/value")
    }

    @Test(arguments: ["a", "a b", "\"\\%:;,=~"])
    func `what can is taken`(text: String) throws {
        #expect(pointer(try provider([try header()]), HeldValue(Secret(text: text))) == nil)
    }

    @Test func `a value has all of the provider's parts and none else`() throws {
        let two = try provider([try header("{id}:{token}")], parts: ["id", "token"])
        #expect(pointer(two, parts([("token", "t"), ("id", "i")])) == nil)
        #expect(pointer(two, parts([("token", "t")])) == "/value")
        #expect(pointer(two, parts([("token", "t"), ("id", "i"), ("more", "m")])) == "/value")
        #expect(pointer(two, HeldValue(Secret(text: "t"))) == "/value")
        #expect(pointer(two, parts([("token", "t\n"), ("id", "i")])) == "/value/token")
        #expect(pointer(try provider([try header()]), parts([("token", "t"), ("id", "i")])) == "/value")
    }

    @Test func `a user name of Basic holds no colon, its password may`() throws {
        let format = try #require(SlotFormat("{id}:{token}"))
        let basic = try provider([.basic(format: format)], parts: ["id", "token"])
        #expect(pointer(basic, parts([("id", "i"), ("token", "a:b")])) == nil)
        #expect(pointer(basic, parts([("id", "i:j"), ("token", "t")])) == "/value/id")
    }

    @Test func `a certificate and its key may hold line feeds, unless they stand in a header`() throws {
        let pem = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
        let mutual = try provider([try header("{token}")], parts: ["chain", "key", "token"]) {
            $0.clientCertificate = ClientCertificateParts(certificate: "chain", privateKey: "key")
        }
        #expect(pointer(mutual, parts([("chain", pem), ("key", pem), ("token", "t")])) == nil)
        #expect(pointer(mutual, parts([("chain", "x"), ("key", pem), ("token", "t")])) == "/value/chain")
        #expect(pointer(mutual, parts([("chain", pem), ("key", pem), ("token", pem)])) == "/value/token")
        let windows = "-----BEGIN CERTIFICATE-----\r\nAAAA\r\n-----END CERTIFICATE-----"
        #expect(pointer(mutual, parts([("chain", windows), ("key", pem), ("token", "t")])) == "/value/chain")
    }

    @Test func `settings are all of the provider's, each a label`() throws {
        let shops = try provider([try header()]) { $0.settings = [NamedPart(name: "shop", title: "Shop")] }
        func pointer(_ settings: [CredentialSetting]) -> String? {
            do throws(Refusal) {
                try ValueRules(shops).check(settings)
                return nil
            } catch { return error.pointer }
        }
        #expect(pointer([CredentialSetting(name: "shop", value: "acme")]) == nil)
        #expect(pointer([]) == "/settings")
        #expect(pointer([CredentialSetting(name: "shop", value: "evil.example/")]) == "/settings/shop")
        #expect(
            pointer([CredentialSetting(name: "shop", value: "a"), CredentialSetting(name: "b", value: "b")])
                == "/settings")
    }
}

extension Refusal {
    fileprivate var pointer: String? {
        guard case .invalid(let pointer, _, _) = self else { return nil }
        return pointer
    }
}
