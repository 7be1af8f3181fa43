// SPDX-License-Identifier: Apache-2.0
import BittingClient
import Testing
import Wire

@testable import CommandLine

@Suite("Moving keys")
struct MovingTests {
    private static let hex = "01k9zzzzzzzzzzzzzzzzzzzzzz"
    private static let (app, acc) = ("app_" + hex, "acc_" + hex)

    private static func lines(_ texts: String...) -> Response {
        Response(
            status: 200, headers: [("Content-Type", "application/x-ndjson")],
            body: Array(texts.map { $0 + "\n" }.joined().utf8))
    }

    /// Runs an import of `input` and gives what was sent as lines.
    private func sent(
        _ input: String, _ words: String..., answers: [Response] = []
    ) async throws -> (lines: [JSON], run: Stage.Performance) {
        let stage = Stage(input: input, answers: answers + [Self.lines(#"{"done":true,"imported":0,"refused":0}"#)])
        let run = await stage.run(["key", "import", "-"] + words)
        let body = run.calls.last?.body ?? []
        return (try body.split(separator: 0x0A).map { try JSON.parse(Array($0)) }, run)
    }

    @Test("Items of the API are sent as they are, completed by the flags, and told one by one")
    func items() async throws {
        let stage = Stage(
            input:
                "{\"name\":\"a\",\"secret\":\"old-key-1\"}\n\n{\"name\":\"b\",\"keyspace\":\"other\",\"scopes\":[]}\n7\n",
            answers: [
                Self.lines(
                    #"{"line":1,"status":201,"key_id":"key_1"}"#,
                    #"{"line":2,"status":422,"problem":{"code":"invalid_field","pointer":"/digest","detail":"Wrong."}}"#,
                    #"{"done":true,"imported":1,"refused":1}"#)
            ])
        let run = await stage.run(
            "key", "import", "-", "--keyspace", "shop", "--owner", Self.app, "--scope", "a:b", "--scope", "c:d")
        #expect(run.status == 1)
        let call = try #require(run.calls.first)
        #expect(call.header("content-type") == "application/x-ndjson")
        #expect(
            call.summary == """
                POST http://127.0.0.1:7101/v1/keys/import
                {"name":"a","secret":"old-key-1","owner":{"type":"app","id":"\(Self.app)"},"keyspace":"shop","scopes":["a:b","c:d"]}
                {"name":"b","keyspace":"other","scopes":[],"owner":{"type":"app","id":"\(Self.app)"}}

                """)
        #expect(run.errors == "line 4: The line is not a JSON object.\nline 3: /digest: Wrong.\n")
        #expect(run.output == "1 imported, 0 here already, 0 left out, 2 refused\n")
        #expect(!(run.output + run.errors).contains("old-key"))
    }

    @Test("What is here already is no failure")
    func again() async {
        let stage = Stage(
            input: "{}\n",
            answers: [
                Self.lines(
                    #"{"line":1,"status":409,"problem":{"code":"already_imported","detail":"A key is here."}}"#,
                    #"{"done":true,"imported":0,"refused":1}"#)
            ])
        let run = await stage.run("key", "import", "-", "--json")
        #expect(run.status == 0)
        #expect(
            run.output == """
                {"line":1,"status":409,"problem":{"code":"already_imported","detail":"A key is here."}}
                {"imported":0,"already_here":1,"left_out":0,"refused":0}

                """)
    }

    @Test("An answer that ends early is not taken for a whole one", arguments: [false, true])
    func cutShort(_ isTold: Bool) async {
        let end = isTold ? #"{"done":false,"problem":{"detail":"The disk is full."}}"# : ""
        let stage = Stage(input: "{}\n", answers: [Self.lines(#"{"line":1,"status":201,"key_id":"key_1"}"#, end)])
        let run = await stage.run("key", "import", "-")
        #expect(run.status == 2)
        #expect(run.errors.contains("cut short"))
        #expect(run.errors.contains("The disk is full.") == isTold)
    }

    @Test("A table's columns are the fields, renamed where told; quotes and line ends inside cells are kept")
    func table() async throws {
        let (lines, run) = try await sent(
            "\u{FEFF}api_key,Name,scopes,metadata.plan,metadata,junk,expires_at\r\n"
                + "old-key-1,\"Smith, \"\"J\"\"\nand son\",a:b c:d,small,\"{\"\"n\"\":1}\",x,2030-01-01T00:00:00Z\r\n"
                + "\r\nold-key-2,Plain,,,,,\r\n",
            "--from", "csv", "--column", "api_key=secret", "--column", "Name=name", "--column", "junk=", "--owner",
            Self.acc, "--keyspace", "shop")
        #expect(run.errors == "")
        #expect(
            lines == [
                [
                    "secret": "old-key-1", "name": "Smith, \"J\"\nand son", "scopes": ["a:b", "c:d"],
                    "expires_at": "2030-01-01T00:00:00Z", "metadata": ["plan": "small", "n": 1],
                    "owner": ["type": "account", "id": .string(Self.acc)], "keyspace": "shop",
                ],
                [
                    "secret": "old-key-2", "name": "Plain", "owner": ["type": "account", "id": .string(Self.acc)],
                    "keyspace": "shop", "scopes": [],
                ],
            ])
    }

    @Test(
        "A row that cannot be read is named by its line and its rule, and nothing of it is shown",
        arguments: [
            ("only-one-cell-canary", "line 2: The line has 1 cells, the head line 2."),
            ("\"canary\"x,y", "line 2: A quoted cell is not closed before its comma."),
            ("\"canary,y", "line 2: A quoted cell is not closed before its comma."),
        ])
    func brokenRow(_ row: String, _ message: String) async throws {
        let stage = Stage(input: "secret,name\n\(row)\n")
        let run = await stage.run("key", "import", "-", "--from", "csv")
        #expect(run.status == 1)
        #expect(run.errors == message + "\n")
        #expect(run.calls.isEmpty)
    }

    @Test("A column that is not known stops the import before anything is sent")
    func unknownColumn() async {
        let run = await Stage(input: "secret,colour\nold-key-1,red\n").run("key", "import", "-", "--from", "csv")
        #expect(run.status == 2)
        #expect(run.errors.contains("colour") && run.errors.contains("--column"))
        #expect(run.calls.isEmpty)
    }

    @Test("An external id is looked up once, and an account is opened where that is wanted")
    func externalIDs() async throws {
        let input = "secret,name,external_id\nold-key-1,a,7\nold-key-2,b,7\nold-key-3,c,8\n"
        let found = Response.json(#"{"items":[{"id":"acc_7"}],"next_cursor":null}"#)
        let none = Response.json(#"{"items":[],"next_cursor":null}"#)
        let (lines, run) = try await sent(
            input, "--from", "csv", "--keyspace", "s", "--open-accounts",
            answers: [found, none, .json(#"{"id":"acc_8"}"#, status: 201)])
        #expect(lines.map { $0["owner"]?["id"] } == ["acc_7", "acc_7", "acc_8"])
        #expect(
            run.calls.dropLast().map(\.summary) == [
                "GET http://127.0.0.1:7101/v1/accounts?external_id=7",
                "GET http://127.0.0.1:7101/v1/accounts?external_id=8",
                "POST http://127.0.0.1:7101/v1/accounts\n{\"name\":\"8\",\"external_id\":\"8\"}",
            ])
        let refused = try await sent("secret,name,external_id\nold-key-3,c,8\n", "--from", "csv", answers: [none])
        #expect(refused.run.errors.contains("--open-accounts"))
        #expect(refused.run.status == 1)
    }

    @Test("Credits and rate limits of Unkey's become a quota and limits; what cannot is named")
    func unkeyAllowances() async throws {
        let head = "{\"hash\":\"n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg=\",\"name\":\"A\","
        let (lines, run) = try await sent(
            """
            \(head)"credits":{"remaining":7,"refill":{"interval":"monthly","amount":100,"refillDay":15}}}
            \(head)"remaining_requests":0,"refill_amount":10,"refill_day":null}
            \(head)"ratelimits":[{"name":"Per User","limit":5,"duration":1500,"autoApply":true,"identity_id":"i"},\
            {"name":"x","limit":1,"duration":1000,"auto_apply":0},{"name":"b","limit":2,"duration":60000},\
            {"name":"b","limit":9,"duration":60000,"identity_id":"i"}]}
            \(head)"remaining_requests":0}
            \(head)"ratelimits":[{"name":"9","limit":1,"duration":1000}]}
            """, "--from", "unkey", "--owner", Self.acc, "--keyspace", "shop", "--scope", "a:b")
        #expect(
            lines.compactMap { $0["quota"] } == [
                ["amount": 7, "refill": ["amount": 100, "every": "month", "zone": "UTC"]],
                ["amount": 1, "refill": ["amount": 10, "every": "day", "zone": "UTC"]],
            ])
        #expect(
            lines.compactMap { $0["limits"] } == [
                [
                    ["name": "b", "limit": 2, "per": "1m"],
                    ["name": "per-user", "limit": 5, "per": "2s", "shared_by": "account"],
                ]
            ])
        #expect(run.errors.contains("5"))
    }

    @Test("A key of Unkey's becomes an item: hash, start, times in milliseconds or SQL, permissions, meta")
    func unkey() async throws {
        let (lines, run) = try await sent(
            """
            {"id":"key_a","hash":"n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg=","start":"acme_3Za","name":null,\
            "meta":"{\\"plan\\":\\"pro\\"}","expires":"2030-01-01 00:00:00.000","created_at_m":1700000000000,"enabled":0,\
            "permissions":["documents.read","files.*","admin","x:y"],"deleted_at_m":null,"remaining_requests":5}
            {"keyId":"key_b","plaintext":"acme_whole_key_text","name":"B","meta":{"unkey_id":"mine"},"expires":null,"enabled":true}
            {"id":"key_c","hash":"x","start":"acme_1","deleted_at_m":1700000000000}
            {"id":"key_d","hash":"x","start":"acme_1","expires":1700000000000}
            {"id":"key_e","start":"acme_1"}
            """, "--from", "unkey", "--owner", Self.acc, "--keyspace", "shop", "--scope", "a:b")
        let owner: JSON = ["type": "account", "id": .string(Self.acc)]
        #expect(
            lines == [
                [
                    "digest": "sha256:n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg=", "name": "Unkey key_a",
                    "hint": "acme_3Za…", "scopes": ["documents:read", "files:*", "admin:*", "x:y"],
                    "metadata": ["plan": "pro", "unkey_id": "key_a"], "quota": ["amount": 5],
                    "created_at": "2023-11-14T22:13:20.000Z",
                    "expires_at": "2030-01-01T00:00:00.000Z", "state": "disabled", "owner": owner, "keyspace": "shop",
                ],
                [
                    "secret": "acme_whole_key_text", "name": "B", "metadata": ["unkey_id": "mine"], "owner": owner,
                    "keyspace": "shop", "scopes": ["a:b"],
                ],
            ])
        #expect(run.errors.contains("line 3: left out: deleted.") && run.errors.contains("line 4: left out: expired."))
        #expect(run.errors.contains("line 5: There is neither hash nor plaintext."))
    }

    @Test("Bulk sends operations, prints a line for each result, and ends with 1 where one was refused")
    func bulk() async throws {
        let answer = #"{"results":[{"status":200,"key":{"id":"key_1"}},{"status":404,"problem":{"code":"not_found"}}]}"#
        let run = await Stage(
            input: "{\"op\":\"disable\",\"id\":\"key_1\"}\n\n{\"op\":\"enable\"}\n", answers: [.json(answer)]
        )
        .run("key", "bulk", "-", "--idempotency-key", "k")
        #expect(run.status == 1)
        #expect(
            run.calls.first?.summary == """
                POST http://127.0.0.1:7101/v1/keys/bulk
                {"operations":[{"op":"disable","id":"key_1"},{"op":"enable"}]}
                """)
        #expect(run.calls.first?.header("idempotency-key") == "k")
        #expect(
            run.output == """
                {"line":1,"status":200,"key":{"id":"key_1"}}
                {"line":3,"status":404,"problem":{"code":"not_found"}}

                """)
        #expect(run.errors == "1 done, 1 refused\n")
    }

    @Test("More than a thousand operations are several calls, each with a key of its own")
    func slices() async throws {
        let input = String(repeating: "{\"op\":\"enable\"}\n", count: 1001)
        let run = await Stage(input: input, answers: [.json(#"{"results":[]}"#), .json(#"{"results":[]}"#)])
            .run("key", "bulk", "-", "--idempotency-key", "k")
        #expect(run.calls.map { $0.header("idempotency-key") } == ["k", "k-2"])
    }

    @Test("An export is passed on as it comes, and a refusal is told")
    func export() async {
        let run = await Stage(answers: [Response(status: 200, body: Array("a,b\r\n".utf8))])
            .run("key", "export", "--format", "csv", "--keyspace", "shop", "--state", "active")
        #expect(run.output == "a,b\r\n")
        #expect(
            run.calls.first?.summary == "GET http://127.0.0.1:7101/v1/keys/export?format=csv&keyspace=shop&state=active"
        )
        let refused = await Stage(answers: [.problem(403, #"{"title":"T","status":403,"code":"missing_scope"}"#)])
            .run("key", "export")
        #expect(refused.status == 1)
        #expect(refused.output == "")
    }
}
