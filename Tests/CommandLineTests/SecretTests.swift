// SPDX-License-Identifier: Apache-2.0
import BittingClient
import Secrets
import Testing

@testable import CommandLine

@Suite("Secrets")
struct SecretTests {
    private static let acc = "acc_01k9zzzzzzzzzzzzzzzzzzzzzz"
    private static let secret = wellFormed()
    private static let credential = [
        "credential", "create", "--account", acc, "--provider", "carrier", "--name", "main",
    ]
    private static let created = """
        {"id":"key_1","keyspace":"shop","name":"Label printer","hint":"shop_live_…nto0","scopes":["labels:create"],\
        "state":"active","expires_at":null,"secret":"\(secret)"}
        """
    private static let create = [
        "key", "create", "--keyspace", "shop", "--owner", acc, "--name", "Label printer", "--scope", "labels:create",
    ]

    private static func wellFormed() -> String {
        var random = SystemRandomNumberGenerator()
        let text = KeyText.generate(prefix: "shop", environment: "live", using: &random)
        return text.revealing { bytes in String(decoding: bytes.indices.map { bytes[$0] }, as: UTF8.self) }
    }

    @Test("A new key's secret stands once, alone on the last line")
    func shownOnce() async {
        let run = await Stage(answers: [.json(SecretTests.created, status: 201)]).run(SecretTests.create)
        #expect(run.status == 0)
        #expect(
            run.output == """
                id:         key_1
                keyspace:   shop
                name:       Label printer
                hint:       shop_live_…nto0
                scopes:     labels:create
                state:      active
                expires_at: -

                The secret, shown only now; Bitting keeps no copy of it:
                \(SecretTests.secret)

                """)
        #expect(run.errors == "")
    }

    @Test("For a program the secret is a member of the API's own JSON")
    func shownAsJSON() async {
        let run = await Stage(answers: [.json(SecretTests.created, status: 201)]).run(SecretTests.create + ["--json"])
        #expect(run.output == SecretTests.created + "\n")
    }

    static let onTheCommandLine: [[String]] = [
        ["verify", secret], ["verify", "-", secret], ["verify", "--key", secret], ["verify", "--key=\(secret)"],
        credential + [secret], credential + ["--value", secret], credential + ["--value=\(secret)"],
    ]

    @Test("A secret on the command line is refused, not repeated, and not sent", arguments: onTheCommandLine)
    func refused(_ words: [String]) async {
        let run = await Stage(input: "from standard input").run(words)
        #expect(run.status == 2)
        #expect(run.errors.contains("shell's history"))
        #expect(!(run.output + run.errors).contains(SecretTests.secret))
        #expect(run.calls.isEmpty)
    }

    static let inWrongPlaces: [[String]] = [
        ["key", "show", secret], ["key", "revoke", secret], ["key", secret], ["key", "list", "--secret=\(secret)"],
        ["key", "list", "--state", secret], [secret],
    ]

    @Test("A key where none belongs is not repeated", arguments: inWrongPlaces)
    func masked(_ words: [String]) async {
        let run = await Stage().run(words)
        #expect(run.status == 2)
        #expect(run.errors.hasPrefix("error: "))
        #expect(!(run.output + run.errors).contains(SecretTests.secret))
    }

    @Test(
        "Exactly one line break at the end is not part of a value",
        arguments: [("v", "v"), ("v\n", "v"), ("v\r\n", "v"), ("v\n\n", #"v\n"#), (" v ", " v ")])
    func lineBreak(_ input: String, _ value: String) async {
        let run = await Stage(input: input, answers: [.json("{}")]).run(SecretTests.credential)
        #expect(run.calls.first?.summary.hasSuffix("\"value\":\"\(value)\"}") == true)
    }

    @Test("An empty or overlong value is not sent", arguments: ["", "\n", String(repeating: "v", count: 16_385)])
    func unusable(_ input: String) async {
        let run = await Stage(input: input).run(SecretTests.credential)
        #expect(run.status == 2)
        #expect(run.calls.isEmpty)
    }

    @Test("The longest value is sent whole")
    func longest() async {
        let value = String(repeating: "v", count: 16_384)
        let run = await Stage(input: value + "\r\n", answers: [.json("{}")]).run(SecretTests.credential)
        #expect(run.calls.first?.summary.hasSuffix("\"value\":\"\(value)\"}") == true)
    }

    @Test("A person who gives up when asked sends nothing")
    func gaveUp() async {
        let run = await Stage(typed: "").run(SecretTests.credential)
        #expect(run.status == 2)
        #expect(run.errors.hasPrefix("Value (not shown): \nerror: "))
        #expect(run.calls.isEmpty)
    }

    @Test("A value is sent, and neither printed nor in a URL")
    func notPrinted() async throws {
        let run = await Stage(typed: SecretTests.secret, answers: [.json(#"{"id":"cred_1"}"#)]).run(
            SecretTests.credential)
        #expect(run.status == 0)
        #expect(!(run.output + run.errors).contains(SecretTests.secret))
        #expect(try !#require(run.calls.first).url.contains(SecretTests.secret))
    }

    @Test(
        "The management key is in no output, whatever goes wrong",
        arguments: [
            [], [.json("nonsense")], [.problem(401, #"{"title":"No","code":"unauthenticated"}"#)],
            [.json("", status: 500)],
        ] as [[Response]])
    func managementKey(_ answers: [Response]) async {
        for extra in [[], ["--json"]] {
            let run = await Stage(answers: answers).run(["key", "list"] + extra)
            #expect(run.status > 0)
            #expect(!(run.output + run.errors).contains(Stage.managementKey))
        }
    }

    @Test("A management key that would end its header is refused and not repeated")
    func headerInjection() async {
        let run = await Stage(environment: ["BITTING_KEY": "abc\r\nx: y"]).run("key", "list")
        #expect(run.status == 2)
        #expect(!run.errors.contains("abc"))
        #expect(run.calls.isEmpty)
    }
}
