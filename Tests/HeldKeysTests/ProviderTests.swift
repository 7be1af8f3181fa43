// SPDX-License-Identifier: Apache-2.0
import HeldKeys
import Testing

@Suite struct SlotFormatTests {
    @Test(
        "a format is printable text with one {value} in it",
        arguments: [
            "{value}", "Bearer {value}", "api:{value}", "{value}:", "Token token=\"{value}\"", "{part} {value}",
            "{value} {other}",
        ])
    func readable(text: String) {
        #expect(SlotFormat(text)?.text == text)
    }

    @Test("what stands around the value is kept byte for byte")
    func parts() {
        #expect(
            SlotFormat("Bearer {value}!")?.pieces == [
                .text(Array("Bearer ".utf8)), .part("value"), .text(Array("!".utf8)),
            ])
        #expect(SlotFormat("{user}:{password}")?.names == ["user", "password"])
        #expect(SlotFormat("{value}")?.pieces == [.part("value")])
    }

    @Test(
        "any other text is refused",
        arguments: [
            "", "Bearer", "{value", "value}", "{value}{value}", "a}{value}", "{VALUE}", "{ value }", "{}", "{1}",
            "Bearer {value}\r\nX-Evil: 1", "\n{value}", "{value}\u{0}", "{value}\u{7F}", "é{value}", "\t{value}",
            String(repeating: "a", count: 194) + "{value}",
        ])
    func refused(text: String) {
        #expect(SlotFormat(text) == nil)
    }
}

@Suite struct ProviderTests {
    @Test(
        "a provider's name is lower case with dashes",
        arguments: ["a", "0", "stripe", "a-b", "a-", String(repeating: "a", count: 63)])
    func names(text: String) {
        #expect(Provider.isName(text))
    }

    @Test(
        "any other name is refused",
        arguments: ["", "-a", "A", "a_b", "a.b", "a b", "a/b", "é", "a\n", String(repeating: "a", count: 64)])
    func refusedNames(text: String) {
        #expect(!Provider.isName(text))
    }

    @Test(
        "a key may stand in a field of any token name",
        arguments: ["Authorization", "X-API-Key", "x!#$%&'*+.^_`|~", "a"])
    func fields(name: String) {
        #expect(CredentialSlot.isFieldName(name))
    }

    @Test(
        "a field that carries framing or routing, or is no token, is refused",
        arguments: [
            "Host", "host", "HOST", "Content-Length", "transfer-encoding", "Connection", "TE", "Trailer", "Upgrade",
            "Keep-Alive",
            "Expect", "Proxy-Connection", "Via", "", "X Key", "X-Key:", "X-Key\r\n", "X-Kéy", "(a)", "a/b", "a@b",
            "\"a\"", "a,b",
            "X-\u{0}", "\u{212A}ey", String(repeating: "a", count: 65),
        ])
    func refusedFields(name: String) {
        #expect(!CredentialSlot.isFieldName(name))
    }

    @Test("a key may stand in a parameter of unreserved characters", arguments: ["key", "api_key", "a.b-c~d", "0"])
    func parameters(name: String) {
        #expect(CredentialSlot.isParameterName(name))
    }

    @Test(
        "a parameter that would need an escape is refused",
        arguments: [
            "", "a b", "a=b", "a&b", "a%20b", "a[b]", "a;b", "é", "a+b", "a#b", "a\n",
            String(repeating: "a", count: 65),
        ])
    func refusedParameters(name: String) {
        #expect(!CredentialSlot.isParameterName(name))
    }
}
