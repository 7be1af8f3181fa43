// SPDX-License-Identifier: Apache-2.0
import HeldKeys
import Testing

private func request(
    _ method: String, _ path: String, type: String? = nil, body: String? = nil,
    settings: [CredentialSetting] = []
) -> KeyMaking.Request {
    var request = KeyMaking.Request(method: method, path: path, expect: [200])
    (request.contentType, request.body, request.settings) = (type, body, settings)
    return request
}

private func text(_ call: ProviderCall?) -> String? {
    call?.body.map { String(decoding: $0, as: UTF8.self) }
}

@Suite("Requests about a provider's keys") struct KeyMakingTests {
    @Test(
        "Only what looks like a name in braces is one",
        arguments: [
            (#"{"name":"{label}","scopes":{scopes}}"#, ["label", "scopes"]), ("{{key}}", ["key"]), ("{}", []),
            ("{Key}{1}{a b}{a-b}{a", []), ("{a}{b_2}", ["a", "b_2"]), ("{\(String(repeating: "a", count: 33))}", []),
            ("{\(String(repeating: "a", count: 32))}", [String(repeating: "a", count: 32)]), ("größe {key} €", ["key"]),
        ])
    func names(_ text: String, _ names: [String]) {
        #expect(RequestText(text).names == names)
        #expect(RequestText(text).filled { "{\($0)}" } == text)
    }

    @Test("A JSON body keeps its own braces, and takes texts and whole JSON")
    func jsonBody() {
        let call = request(
            "POST", "/v3/api_keys", type: "application/json",
            body: #"{"name":"{label}","scopes":{scopes},"o":{"p":{}}}"#
        ).call(settings: [], names: ["label": "bitting-1", "scopes": #"["a","{label}"]"#])
        #expect(text(call) == #"{"name":"bitting-1","scopes":["a","{label}"],"o":{"p":{}}}"#)
        #expect(call?.target == "/v3/api_keys")
        #expect(call?.contentType == "application/json")
        #expect(call?.expect == [200])
    }

    @Test("In a form values are encoded")
    func form() {
        let call = request(
            "POST", "/", type: "application/x-www-form-urlencoded; charset=utf-8",
            body: "Action=Delete&Key={key}&N={label}"
        ).call(settings: [], names: ["key": "a:b&c=d", "label": "x y+z"])
        #expect(text(call) == "Action=Delete&Key=a%3Ab%26c%3Dd&N=x%20y%2Bz")
    }

    @Test(
        "In a path values are encoded, and it stays canonical or there is no call",
        arguments: [
            ("/k/{key}", "SK1.a_b~c-d", "/k/SK1.a_b~c-d"), ("/k/{key}", "a:b", "/k/a%3Ab"),
            ("/k/{key}?x=1", "a b", "/k/a%20b?x=1"), ("/k/{key}", "..", nil), ("/k/{key}", ".", nil),
            ("/k/{key}", "a/b", nil), ("/k/{key}", "a%2fb", nil), ("/k/{key}", "", "/k/"), ("/k/{key}/x", "", nil),
            ("/k?after={key}", "a/b?c#d&e", "/k?after=a%2Fb%3Fc%23d%26e"), ("/k/{label}", "a", nil),
        ])
    func path(_ path: String, _ key: String, _ target: String?) {
        #expect(request("GET", path).call(settings: [], names: ["key": key])?.target == target)
    }

    @Test(
        "The page that an answer names whole is a path of the provider's, or there is no call",
        arguments: [
            ("/2010-04-01/Keys.json?PageSize=50&Page=1&PageToken=PASK1", true), ("https://evil.example/", false),
            ("//evil.example/", false), ("/a/../b", false), ("/a#b", false), ("/a b", false), ("/a\r\nHost: x", false),
            ("", false), ("/a?b=\"", false),
        ])
    func wholePage(_ more: String, _ isTaken: Bool) {
        let call = request("GET", "{more}").call(settings: [], names: ["more": more])
        #expect(call?.target == (isTaken ? more : nil))
    }

    @Test("The request's own settings go before the credential's, and one that is none is not sent")
    func settings() {
        let given = [
            CredentialSetting(name: "site", value: "eu"), CredentialSetting(name: "service", value: "s3"),
            CredentialSetting(name: "bad", value: "a/b"),
        ]
        let iam = [CredentialSetting(name: "service", value: "iam")]
        let call = request("GET", "/{site}/{service}", settings: iam).call(settings: given, names: [:])
        #expect(call?.target == "/eu/iam")
        #expect(call?.settings == iam)
        #expect(request("GET", "/{bad}").call(settings: given, names: [:]) == nil)
    }

    @Test(
        "An id of a key is short and plain",
        arguments: [
            ("AKIAIOSFODNN7EXAMPLE", true), ("a.b_c:d~e-f", true), ("", false), ("a b", false), ("a/b", false),
            ("a\n", false), ("ä", false), (String(repeating: "a", count: 128), true),
            (String(repeating: "a", count: 129), false),
        ])
    func ids(_ text: String, _ isTaken: Bool) {
        #expect(KeyMaking.keyID(text) == (isTaken ? text : nil))
    }

    @Test(
        "The id of a key stands in its value",
        arguments: [
            ("", "", "AKIA1", "AKIA1"), ("SG.", ".", "SG.id-1_x.se.cret", "id-1_x"), ("SG.", ".", "XX.id.secret", nil),
            ("SG.", ".", "SG.nodot", nil), ("SG.", ".", "SG..secret", nil), ("SG.", ".", "SG", nil),
            ("", "", "no id", nil), ("", ":", String(repeating: "a", count: 200) + ":", nil), ("k_", "", "k_1", "1"),
        ] as [(String, String, String, String?)])
    func ownPart(_ after: String, _ before: String, _ value: String, _ key: String?) {
        let part = KeyMaking.OwnPart(part: "value", after: after, before: before)
        let bytes = Array(value.utf8)
        #expect(part.key(in: bytes.span) == key)
    }

    private func making(next: String?, more: String?) throws -> KeyMaking {
        let id = try #require(AnswerPath("/id"))
        var making = KeyMaking(
            mint: request("POST", "/k"), value: [AnswerWant(name: NamedPart.whole, at: id)], key: id,
            list: request("GET", "/k"),
            rows: AnswerRows(items: id, key: id, label: nil, more: more.flatMap { AnswerPath($0) }),
            delete: request("DELETE", "/k/{key}"), gone: [404])
        making.next = next
        return making
    }

    @Test("Pages follow by name, or by number until one is empty")
    func pages() throws {
        var answer = ProviderAnswer(status: 200)
        answer.rows = [.init(key: "a", label: nil)]
        #expect(try making(next: nil, more: nil).page(after: answer, number: 1) == nil)
        let numbered = try making(next: "/k?page={page}", more: nil)
        #expect(numbered.page(after: answer, number: 1) == ["page": "2"])
        #expect(numbered.nextPage?.call(settings: [], names: ["page": "2"])?.target == "/k?page=2")
        #expect(numbered.page(after: ProviderAnswer(status: 200), number: 3) == nil)
        let named = try making(next: "/k?after={more}", more: "/next")
        #expect(named.page(after: answer, number: 1) == nil)
        answer.more = ""
        #expect(named.page(after: answer, number: 1) == nil)
        answer.more = "x"
        #expect(named.page(after: answer, number: 1) == ["more": "x"])
        answer.rows = []
        #expect(named.page(after: answer, number: 2) == nil, "a page without items is the last, whatever it names")
    }
}
