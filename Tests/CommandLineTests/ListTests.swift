// SPDX-License-Identifier: Apache-2.0
import BittingClient
import Testing

@testable import CommandLine

@Suite("Lists")
struct ListTests {
    private static func page(_ numbers: ClosedRange<Int>, next: String?) -> String {
        let items = numbers.map { #"{"id":"acc_\#($0)","name":"Name \#($0)","external_id":null,"locked":false}"# }
        return #"{"items":[\#(items.joined(separator: ","))],"next_cursor":\#(next.map { "\"\($0)\"" } ?? "null")}"#
    }

    @Test("A page is a table; what is left is said beside it")
    func table() async {
        let run = await Stage(answers: [.json(ListTests.page(9...10, next: "c1"))]).run("account", "list")
        #expect(run.status == 0)
        #expect(
            run.output == """
                ID      NAME     EXTERNAL ID  QUOTA LEFT  LOCKED  CREATED
                acc_9   Name 9   -            -           no      -
                acc_10  Name 10  -            -           no      -

                """)
        #expect(run.errors == "There are more: --all, or --cursor c1\n")
    }

    @Test("--all follows every cursor")
    func all() async {
        let stage = Stage(answers: [.json(ListTests.page(1...2, next: "c/1")), .json(ListTests.page(3...3, next: nil))])
        let run = await stage.run("account", "list", "--all")
        #expect(run.output.split(separator: "\n").count == 4)
        #expect(run.errors == "")
        #expect(
            run.calls.map(\.url) == [
                "http://127.0.0.1:7101/v1/accounts?limit=200",
                "http://127.0.0.1:7101/v1/accounts?limit=200&cursor=c%2F1",
            ])
    }

    @Test("For a program a page is the API's page, and all pages are one")
    func json() async {
        let page = ListTests.page(1...2, next: "c1")
        let one = await Stage(answers: [.json(page)]).run("account", "list", "--json")
        #expect(one.output == page + "\n")
        #expect(one.errors == "")
        let all = await Stage(answers: [.json(page), .json(ListTests.page(3...3, next: nil))])
            .run("account", "list", "--json", "--all")
        #expect(all.output == ListTests.page(1...3, next: nil) + "\n")
    }

    @Test("Nothing is said beside the output, so that a pipe sees nothing")
    func empty() async {
        let run = await Stage(answers: [.json(#"{"items":[],"next_cursor":null}"#)]).run("key", "list")
        #expect(run.status == 0)
        #expect(run.output == "")
        #expect(run.errors == "No keys.\n")
    }

    @Test("On a screen the JSON is indented, the heading bold, and what may be cut fits")
    func screen() async {
        let page = ListTests.page(1...1, next: nil)
        let json = await Stage(screen: 80, answers: [.json(page)]).run("account", "list", "--json")
        #expect(json.output.hasPrefix("{\n  \"items\": [\n    {\n"))
        let colour = await Stage(screen: 80, hasColour: true, answers: [.json(page)]).run("account", "list")
        #expect(colour.output.hasPrefix("\u{1b}[1mID"))
        let plain = await Stage(screen: 52, answers: [.json(page)]).run("account", "list")
        #expect(plain.output.hasPrefix("ID     NAME    EXTERNA…  QUOTA LEFT  LOCKED  CREATED\n"))
    }

    static let rows: [(String, String, String)] = [
        (
            "key",
            """
            {"id":"key_1","keyspace":"shop","owner":{"type":"app","id":"app_1","account":"acc_1"},\
            "name":"Label printer","hint":"shop_live_…x1y2","scopes":["labels:create","orders:read"],"state":"active",\
            "expires_at":"2027-01-31T09:00:00.123Z","last_used_at":null}
            """,
            "key_1  Label printer  shop  app_1  shop_live_…x1y2  labels:create, orders:read  -  -  active  "
                + "2027-01-31 09:00:00Z  -"
        ),
        (
            "provider",
            """
            {"name":"carrier","title":"Carrier","origins":["https://a.example","https://b.example"],\
            "credential":{"in":"header","name":"Authorization","format":"Bearer {value}"},"updated_at":null}
            """, "carrier  Carrier  https://a.example, https://b.example  header  -"
        ),
        (
            "credential",
            """
            {"id":"cred_1","account":"acc_1","provider":"carrier","name":"main",\
            "versions":[{"number":1,"state":"previous"},{"number":2,"state":"current"}],"created_at":null}
            """, "cred_1  main  carrier  acc_1  2  -"
        ),
        (
            "integration",
            """
            {"id":"int_1","name":"carrier","app":"app_1","credential":"cred_1","allow":[{"methods":["POST","PUT"],\
            "path":"/v1/labels"}],"expires_at":null,"state":"paused"}
            """, "int_1  carrier  app_1  cred_1  POST,PUT /v1/labels  paused  -"
        ),
        (
            "event",
            """
            {"sequence":7,"id":"evt_1","at":"2026-01-31T09:00:00.000Z","action":"key.revoke","outcome":"done",\
            "caller":"key_1","address":"::1","subject":"key_2","account":null,"details":{"reason":"unused"}}
            """, "7  2026-01-31 09:00:00Z  key.revoke  done  key_1  key_2  ::1  reason=unused"
        ),
    ]

    @Test("Each noun shows what a person looks for", arguments: rows)
    func row(_ noun: String, _ item: String, _ cells: String) async throws {
        let run = await Stage(answers: [.json(#"{"items":[\#(item)],"next_cursor":null}"#)]).run(noun, "list")
        let line = try #require(run.output.split(separator: "\n").last)
        #expect(
            line.split(separator: "  ", omittingEmptySubsequences: true).map { $0.drop { $0 == " " } }.joined(
                separator: "  ") == cells)
    }

    @Test("A card shows every member and the revision")
    func card() async {
        let item = """
            {"id":"int_1","allow":[{"methods":["POST"],"path":"/a"},{"methods":["*"],"path":"/b/**"}],\
            "metadata":{"a":1,"b":"x","c":{"d":[true]}},"tls":{"ca":"line 1\\nline 2"},\
            "permission_sets":{"labels":[{"methods":["POST"],"path":"/l"}]},"none":[]}
            """
        let run = await Stage(answers: [.json(item, revision: "3")]).run("provider", "show", "p")
        #expect(
            run.output == """
                id:              int_1
                allow:           POST /a
                                 * /b/**
                metadata:        a=1 b=x c={"d":[true]}
                tls:             ca=line 1\u{fffd}line 2
                permission_sets: labels: POST /l
                none:            -
                revision:        3

                """)
    }
}
