// SPDX-License-Identifier: Apache-2.0
import BittingClient
import Testing

@testable import CommandLine

@Suite("bitting verify")
struct VerifyTests {
    private static let key = "shop_live_secretsecretsecretsecretsecretse"
    private static let valid = """
        {"valid":true,"code":"valid","key_id":"key_1","owner":{"type":"app","id":"app_1","account":"acc_1"},\
        "scopes":["labels:create"],"metadata":{},"expires_at":null}
        """

    @Test("A valid key ends with 0 and shows what it may do")
    func valid() async {
        let run = await Stage(input: VerifyTests.key + "\n", answers: [.json(VerifyTests.valid)]).run("verify")
        #expect(run.status == 0)
        #expect(
            run.output == """
                valid:      yes
                code:       valid
                key_id:     key_1
                owner:      app_1 of acc_1
                scopes:     labels:create
                metadata:   -
                expires_at: -

                """)
        #expect(run.errors == "")
        #expect(run.calls.map(\.summary) == ["POST http://127.0.0.1:7100/v1/verify\n{\"key\":\"\(VerifyTests.key)\"}"])
    }

    @Test("A key that is not valid ends with 1")
    func notValid() async {
        let answer = #"{"valid":false,"code":"revoked"}"#
        let run = await Stage(input: VerifyTests.key, answers: [.json(answer)]).run("verify", "-", "--json")
        #expect(run.status == 1)
        #expect(run.output == answer + "\n")
    }

    @Test("What the request needs goes along")
    func needs() async {
        let stage = Stage(input: "k", answers: [.json(VerifyTests.valid)])
        let run = await stage.run(
            "verify", "--scope", "a:b", "--scope", "c:d", "--address", "::1", "--method", "GET", "--path", "/x")
        #expect(
            run.calls.first?.summary.hasSuffix(
                #"{"key":"k","scopes":["a:b","c:d"],"address":"::1","method":"GET","path":"/x"}"#) == true)
        let query = await stage.run("verify", "--scopes", "a:b OR c:d", "--data-url", "http://127.0.0.1:1")
        #expect(
            query.calls.first?.summary == "POST http://127.0.0.1:1/v1/verify\n{\"key\":\"k\",\"scopes\":\"a:b OR c:d\"}"
        )
    }

    @Test("A person is asked without an echo")
    func asked() async {
        let run = await Stage(typed: VerifyTests.key, answers: [.json(VerifyTests.valid)]).run("verify")
        #expect(run.errors == "Key (not shown): \n")
        #expect(run.calls.first?.summary.contains(VerifyTests.key) == true)
    }

    @Test(
        "An answer that is not Bitting's is no verdict",
        arguments: ["", "<html>", "{}", #"{"valid":"yes","code":"valid"}"#])
    func nonsense(_ body: String) async {
        let run = await Stage(input: "k", answers: [.json(body)]).run("verify")
        #expect(run.status == 2)
        #expect(run.output == "")
    }

    @Test("Being refused the question is not the verdict that the key is bad", arguments: [401, 403])
    func refused(_ status: Int) async {
        let problem = #"{"title":"No","status":\#(status),"code":"missing_scope","fix":"Ask."}"#
        let run = await Stage(input: "k", answers: [.problem(status, problem)]).run("verify")
        #expect(run.status == 2)
        #expect(run.errors == "error: No.\nfix: Ask.\n")
    }
}
