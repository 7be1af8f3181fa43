// SPDX-License-Identifier: Apache-2.0
import BittingClient
import Testing

@testable import CommandLine

@Suite("Testing a held key")
struct CredentialTestTests {
    private static let hex = "01k9zzzzzzzzzzzzzzzzzzzzzz"

    @Test("The exit status says whether the key works", arguments: [("works", 0), ("dead", 1), ("unclear", 1)])
    func verdicts(_ verdict: String, _ status: Int32) async {
        let answer = Response.json(#"{"verdict":"\#(verdict)","status":200,"reason":null}"#)
        let run = await Stage(answers: [answer]).run("credential", "test", "cred_" + Self.hex)
        #expect(run.status == status)
        #expect(run.output.contains(verdict))
        #expect(run.calls.map(\.summary) == ["POST http://127.0.0.1:7101/v1/credentials/cred_\(Self.hex)/test\n{}"])
    }

    @Test("One version can be named")
    func version() async {
        let answer = Response.json(#"{"verdict":"works","status":200,"reason":null}"#)
        let run = await Stage(answers: [answer]).run(
            "credential", "test", "cred_" + Self.hex, "--version-id", "ver_" + Self.hex)
        #expect(run.calls.first?.summary.hasSuffix("{\"version\":\"ver_\(Self.hex)\"}") == true)
    }
}
