// SPDX-License-Identifier: Apache-2.0
import HeldKeys
import Testing

@Suite("What a test call tells of a key") struct TestCallTests {
    private static func test(answer: [AnswerRule] = [], dead: [AnswerRule] = []) -> ProviderTest {
        var test = ProviderTest(method: "GET", path: "/me", expect: [200], dead: [401, 403])
        test.answer = answer
        test.deadAnswer = dead
        return test
    }

    @Test(
        "The status decides where nothing more is asked",
        arguments: [
            (200, TestVerdict.works), (401, .dead), (403, .dead), (201, .unclear), (500, .unclear), (302, .unclear),
        ])
    func status(_ status: Int, _ verdict: TestVerdict) {
        #expect(TestCallTests.test().verdict(status: status) { _ in nil } == verdict)
    }

    @Test(
        "Where a provider answers 200 to everything, its answer decides",
        arguments: [
            (["ok": AnswerScalar.truth(true)], TestVerdict.works),
            (["ok": .truth(false), "error": .text("invalid_auth")], .dead),
            (["ok": .truth(false), "error": .text("ratelimited")], .unclear), ([:], .unclear),
            (["ok": .text("true")], .unclear),
        ])
    func answer(_ members: [String: AnswerScalar], _ verdict: TestVerdict) {
        let test = TestCallTests.test(
            answer: [AnswerRule(name: "ok", values: [.truth(true)])],
            dead: [AnswerRule(name: "error", values: [.text("invalid_auth"), .text("token_revoked")])])
        #expect(test.verdict(status: 200) { members[$0] } == verdict)
    }

    @Test("What tells of death counts whatever the status")
    func deadAnywhere() {
        let test = TestCallTests.test(dead: [AnswerRule(name: "code", values: [.number(7)])])
        #expect(test.verdict(status: 400) { $0 == "code" ? .number(7) : nil } == .dead)
        #expect(test.verdict(status: 400) { $0 == "code" ? .number(8) : nil } == .unclear)
    }

    @Test("Its own settings go before the credential's, in the path too")
    func settings() {
        var test = ProviderTest(method: "GET", path: "/{region}/{service}?x=1", expect: [200], dead: [])
        test.settings = [CredentialSetting(name: "service", value: "sts")]
        let given = [CredentialSetting(name: "service", value: "s3"), CredentialSetting(name: "region", value: "eu")]
        #expect(test.path(given) == "/eu/sts?x=1")
        #expect(test.settings(given).map(\.value) == ["sts", "eu"])
        #expect(test.path([]) == nil)
        #expect(test.path([CredentialSetting(name: "region", value: "a/b")]) == nil)
    }
}
