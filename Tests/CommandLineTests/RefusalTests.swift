// SPDX-License-Identifier: Apache-2.0
import BittingClient
import Testing

@testable import CommandLine

@Suite("What the server refuses")
struct RefusalTests {
    private static let show = ["key", "show", "key_01k9zzzzzzzzzzzzzzzzzzzzzz"]

    @Test(
        "4xx ends with 1, everything else that fails with 2",
        arguments: [
            (400, 1), (401, 1), (403, 1), (404, 1), (409, 1), (412, 1), (422, 1), (301, 2), (500, 2), (503, 2),
            (507, 2),
        ])
    func status(_ answer: Int, _ status: Int32) async {
        let run = await Stage(answers: [.problem(answer, #"{"title":"T","code":"c"}"#)]).run(RefusalTests.show)
        #expect(run.status == status)
        #expect(run.output == "")
        #expect(run.errors == "error: T.\n")
    }

    @Test("A refusal is said with its field and its fix")
    func whole() async {
        let problem = """
            {"type":"urn:bitting:problem:invalid_field","title":"Invalid field","status":422,\
            "detail":"The name is empty.","fix":"Give 1 to 200 characters.","pointer":"/name","code":"invalid_field"}
            """
        let run = await Stage(answers: [.problem(422, problem)]).run(RefusalTests.show)
        #expect(
            run.errors == """
                error: Invalid field. The name is empty.
                field: /name
                fix: Give 1 to 200 characters.

                """)
        let asJSON = await Stage(answers: [.problem(422, problem)]).run(RefusalTests.show + ["--json"])
        #expect(
            asJSON.errors == """
                {"error":"Invalid field. The name is empty.","code":"invalid_field","pointer":"/name",\
                "fix":"Give 1 to 200 characters."}

                """)
    }

    @Test(
        "A remedy speaks of flags and variables, not of headers",
        arguments: [
            ("unauthenticated", "BITTING_KEY"), ("changed_meanwhile", "revision"), ("invalid_cursor", "--cursor"),
        ])
    func remedy(_ code: String, _ word: String) async throws {
        let problem = #"{"title":"T","fix":"Send a header.","code":"\#(code)"}"#
        let run = await Stage(answers: [.problem(400, problem)]).run(RefusalTests.show)
        let fix = try #require(run.errors.split(separator: "\n").last)
        #expect(fix.hasPrefix("fix: "))
        #expect(fix.contains(word))
        #expect(!fix.contains("header"))
    }

    @Test("A server that is not Bitting is named as such")
    func stranger() async {
        let answer = Response(status: 404, headers: [("content-type", "text/html")], body: Array("<h1>no".utf8))
        let run = await Stage(answers: [answer]).run(RefusalTests.show)
        #expect(run.errors.contains("does not come from Bitting"))
        #expect(run.errors.contains("\nfix: "))
    }

    @Test("What a server says cannot steer the terminal")
    func harmless() async {
        let run = await Stage(answers: [.problem(404, #"{"title":"\u001b[2Jgone\nfix: run this","code":"c"}"#)]).run(
            RefusalTests.show)
        #expect(run.errors == "error: \u{fffd}[2Jgone\u{fffd}fix: run this.\n")
    }

    @Test("Nothing answers: 2, and what to do")
    func unreachable() async {
        let run = await Stage().run(RefusalTests.show)
        #expect(run.status == 2)
        #expect(run.errors == "error: Nothing answers here.\nfix: Start it.\n")
    }
}
