// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import CommandLine

@Suite("bitting webhook")
struct WebhookTests {
    private static let id = "wh_01k9zzzzzzzzzzzzzzzzzzzzzz"

    @Test(
        "The secret stands on a line of its own, once", arguments: ["create --to https://h.example", "rotate \(id)"])
    func secret(_ words: String) async {
        let stage = Stage(answers: [.json(#"{"id":"\#(WebhookTests.id)","state":"active","secret":"whsec_abc="}"#)])
        let run = await stage.run(["webhook"] + words.split(separator: " ").map(String.init))
        #expect(run.status == 0)
        #expect(run.output.hasSuffix("\nwhsec_abc=\n"))
        #expect(run.output.components(of: "whsec_abc=") == 1)
    }

    @Test("Ed25519 has nothing to show")
    func noSecret() async {
        let stage = Stage(answers: [.json(#"{"id":"\#(WebhookTests.id)","secret":null}"#)])
        let run = await stage.run("webhook", "create", "--to", "https://h.example", "--signing", "ed25519")
        #expect(!run.output.contains("secret"))
    }

    @Test("A test that is not taken ends with 1", arguments: [(true, 0), (false, 1)] as [(Bool, Int32)])
    func test(delivered: Bool, status: Int32) async {
        let stage = Stage(answers: [.json(#"{"delivered":\#(delivered),"status":500,"reason":null}"#)])
        let run = await stage.run("webhook", "test", WebhookTests.id)
        #expect(run.status == status)
        #expect(run.output.contains("delivered"))
    }

    @Test("Where everything was taken, that is said")
    func nothing() async {
        let run = await Stage(answers: [.json(#"{"items":[],"next_cursor":null}"#)]).run(
            "webhook", "deliveries", WebhookTests.id)
        #expect(run.errors == "No deliveries: everything was taken.\n")
    }

    @Test(
        "What excludes each other is refused",
        arguments: [
            ["--event", "evt_01k9zzzzzzzzzzzzzzzzzzzzzz", "--after", "3"], ["--after", "-3"], ["--event", "nonsense"],
        ])
    func wrong(_ more: [String]) async {
        let run = await Stage(answers: []).run(["webhook", "replay", WebhookTests.id] + more)
        #expect(run.status == 2)
        #expect(run.calls.isEmpty)
    }

    @Test("A file that is no authority is refused before any call")
    func authority() async {
        let run = await Stage(answers: []).run(
            "webhook", "create", "--to", "https://h.example", "--certificate-authority", "/nowhere/ca.pem")
        #expect(run.status == 2)
        #expect(run.calls.isEmpty)
    }
}

extension String {
    /// How often a text stands in it.
    fileprivate func components(of text: String) -> Int { ranges(of: text).count }
}
