// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import CommandLine

@Suite("Seeing")
struct SeeingTests {
    private static let key = "key_01k9zzzzzzzzzzzzzzzzzzzzzz"
    private static let base = "http://127.0.0.1:7101/v1"

    @Test("Use of a key is a table of steps")
    func usage() async {
        let item = #"{"at":"2026-11-23T08:00:00.000Z","step":"hour","code":"valid","uses":12,"cost":15}"#
        let run = await Stage(answers: [.json(#"{"items":[\#(item)],"next_cursor":null}"#)]).run(
            "key", "usage", Self.key, "--step", "hour", "--tag", "eu", "--from", "2026-11-23T00:00:00Z")
        #expect(run.status == 0)
        #expect(
            run.output == """
                AT                    STEP  CODE   USES  COST
                2026-11-23 08:00:00Z  hour  valid  12    15

                """)
        #expect(
            run.calls.map(\.summary) == [
                "GET \(Self.base)/keys/\(Self.key)/usage?from=2026-11-23T00%3A00%3A00.000Z&step=hour&tag=eu&limit=50"
            ])
    }

    @Test("Stragglers are named, and when the old secret stops is said beside")
    func stragglers() async {
        let retiring =
            #"{"hint":null,"since":"2026-11-23T08:00:00.000Z","grace_expires_at":"2026-11-24T08:00:00.000Z","finish_when_idle":null}"#
        let item =
            #"{"address":"203.0.113.7","user_agent":"old\u001b[31m/1","uses":3,"first_at":"2026-11-23T08:10:00.000Z","last_at":"2026-11-23T08:20:00.000Z"}"#
        let run = await Stage(answers: [
            .json(#"{"retiring":\#(retiring),"items":[\#(item)],"next_cursor":null}"#)
        ]).run("key", "stragglers", Self.key)
        #expect(run.status == 0)
        #expect(run.output.contains("203.0.113.7  old\u{fffd}[31m/1  3"))
        #expect(run.errors.contains("2026-11-24T08:00:00.000Z"))
        let none = await Stage(answers: [.json(#"{"retiring":null,"items":[],"next_cursor":null}"#)]).run(
            "key", "stragglers", Self.key)
        #expect(none.output == "")
        #expect(none.errors.contains("No secret of this key is retiring."))
    }

    @Test("Who may use a held key, and who did, is a table; so is the reverse")
    func heldUses() async {
        let credential = "cred_01k9zzzzzzzzzzzzzzzzzzzzzz"
        let item = #"""
            {"integration":"int_01k9zzzzzzzzzzzzzzzzzzzzzz","name":"carrier","state":"active","expires_at":null,\#
            "app":"app_01k9zzzzzzzzzzzzzzzzzzzzzz","app_name":"Orders","credential":"\#(credential)",\#
            "credential_name":"Production","provider":"carrier","calls":7,"errors":2,"unauthorized":1,"forbidden":1,\#
            "first_used_at":"2026-11-23T08:00:00.000Z","last_used_at":"2026-11-23T09:00:00.000Z","last_status":200,\#
            "on_current_version":false,"versions":[],"addresses":[{"address":"192.0.2.1"},{"address":null}]}
            """#
        let page = #"{"items":[\#(item)],"next_cursor":null}"#
        let uses = await Stage(answers: [.json(page)]).run("credential", "uses", credential)
        #expect(uses.status == 0)
        #expect(uses.output.contains("Orders"))
        #expect(uses.output.contains("7      2       2        2026-11-23 08:00:00Z  2026-11-23 09:00:00Z"))
        #expect(uses.output.contains("192.0.2.1 others"))
        #expect(uses.calls.map(\.summary) == ["GET \(Self.base)/credentials/\(credential)/uses?limit=50"])
        let app = "app_01k9zzzzzzzzzzzzzzzzzzzzzz"
        let held = await Stage(answers: [.json(page)]).run("app", "held", app)
        #expect(held.output.contains("Production"))
        #expect(held.calls.map(\.summary) == ["GET \(Self.base)/apps/\(app)/held?limit=50"])
    }

    @Test("Findings show the call that mends them; --apply makes it")
    func hygiene() async {
        let finding = #"""
            {"kind":"idle","subject":"\#(Self.key)","name":"Printer","account":null,"since":"2026-10-01T00:00:00.000Z",\#
            "weight":50,"detail":"It was last used long ago.","fix":{"method":"POST","path":"/v1/keys/\#(Self.key)/disable","body":null}}
            """#
        let list = await Stage(answers: [.json(#"{"items":[\#(finding)],"next_cursor":null}"#)]).run(
            "hygiene", "--kind", "idle")
        #expect(list.status == 0)
        #expect(list.output.contains("POST /v1/keys/\(Self.key)/disable"))
        #expect(list.calls.map(\.summary) == ["GET \(Self.base)/hygiene?kind=idle&limit=50"])
        let applied = await Stage(answers: [
            .json(
                #"{"finding":\#(finding),"key":{"id":"\#(Self.key)","state":"disabled"},"secret":null,"integration":null,"keyspace":null}"#
            )
        ]).run("hygiene", "--apply", "idle:\(Self.key)")
        #expect(applied.status == 0)
        #expect(applied.output == "id:    \(Self.key)\nstate: disabled\n")
        #expect(
            applied.calls.map(\.summary) == [
                "POST \(Self.base)/hygiene/apply\n{\"kind\":\"idle\",\"subject\":\"\(Self.key)\"}"
            ])
    }

    @Test("What is no finding is refused before any call", arguments: ["idle", "idle:", ":x", "a:b:c"])
    func noFinding(_ text: String) async {
        let run = await Stage().run("hygiene", "--apply", text)
        #expect(run.status == 2)
        #expect(run.calls.isEmpty)
    }
}
