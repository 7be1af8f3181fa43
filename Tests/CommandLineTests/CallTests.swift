// SPDX-License-Identifier: Apache-2.0
import BittingClient
import Testing

@testable import CommandLine

@Suite("What each command calls")
struct CallTests {
    private static let hex = "01k9zzzzzzzzzzzzzzzzzzzzzz"
    private static let base = "http://127.0.0.1:7101/v1"

    /// Words, and the request they become.
    struct Line: CustomTestStringConvertible, Sendable {
        let words: [String]
        let request: String
        var input = ""
        var testDescription: String { words.joined(separator: " ") }

        init(_ words: String, _ more: [String], _ request: String) {
            self.words = words.split(separator: " ").map(String.init) + more
            self.request = request
        }

        init(_ words: String, input: String = "", _ request: String) {
            self.init(words, [], request)
            self.input = input
        }
    }

    private static let (acc, app, usr) = ("acc_" + hex, "app_" + hex, "usr_" + hex)
    private static let rule = "rule_" + hex
    private static let (wh, evt) = ("wh_" + hex, "evt_" + hex)
    private static let (key, ks, cred, int) = ("key_" + hex, "ks_" + hex, "cred_" + hex, "int_" + hex)

    static let signInRules: [Line] = [
        Line(
            "sign-in-rule create --name ci --key \(key) --issuer https://i.example --audience us --claim repository=a/b "
                + "--claim ref=x* --claim ref=y=z --scope labels:create --lifetime 5m --replay refused "
                + "--jwks-uri https://i.example/k",
            """
            POST \(base)/sign-in-rules
            {"name":"ci","key":"\(key)","issuer":"https://i.example","audience":"us",\
            "claims":{"repository":["a/b"],"ref":["x*","y=z"]},"scopes":["labels:create"],"lifetime":"5m",\
            "replay":"refused","jwks_uri":"https://i.example/k"}
            """),
        Line(
            "sign-in-rule list --key \(key) --state active",
            "GET \(base)/sign-in-rules?key=\(key)&state=active&limit=50"),
        Line("sign-in-rule show \(rule)", "GET \(base)/sign-in-rules/\(rule)"),
        Line(
            "sign-in-rule change \(rule) --name cd --clear scopes --clear claims --clear jwks-uri",
            "PATCH \(base)/sign-in-rules/\(rule)\n{\"name\":\"cd\",\"scopes\":null,\"claims\":{},\"jwks_uri\":null}"),
        Line("sign-in-rule disable \(rule)", "POST \(base)/sign-in-rules/\(rule)/disable"),
        Line("sign-in-rule enable \(rule)", "POST \(base)/sign-in-rules/\(rule)/enable"),
        Line("sign-in-rule remove \(rule)", "POST \(base)/sign-in-rules/\(rule)/remove"),
        Line(
            "key create --keyspace shop --owner \(app) --name ci --secretless",
            """
            POST \(base)/keys
            {"keyspace":"shop","owner":{"type":"app","id":"\(app)"},"name":"ci","scopes":[],"secretless":true}
            """),
    ]

    static let keys: [Line] = [
        Line(
            "keyspace create --name shop --prefix shop",
            "POST \(base)/keyspaces\n{\"name\":\"shop\",\"prefix\":\"shop\"}"),
        Line(
            "keyspace create --name s --prefix sh --environment test --max-lifetime 90d --accept-query-parameter",
            """
            POST \(base)/keyspaces
            {"name":"s","prefix":"sh","environment":"test","max_lifetime":"90d","accept_query_parameter":true}
            """),
        Line("keyspace list", "GET \(base)/keyspaces?limit=50"),
        Line("keyspace show \(ks)", "GET \(base)/keyspaces/\(ks)"),
        Line(
            "keyspace change \(ks) --clear max-lifetime --no-accept-query-parameter",
            "PATCH \(base)/keyspaces/\(ks)\n{\"accept_query_parameter\":false,\"max_lifetime\":null}"),
        Line(
            "key create --keyspace shop --owner \(app) --scope labels:create --scope orders:*",
            ["--name", "Label printer"],
            """
            POST \(base)/keys
            {"keyspace":"shop","owner":{"type":"app","id":"\(app)"},"name":"Label printer",\
            "scopes":["labels:create","orders:*"]}
            """),
        Line(
            "key create --keyspace shop --owner \(acc) --name k --expires-in 90d --not-before 2026-12-01T00:00:00Z "
                + "--allow-address 10.0.0.0/8 --allow-address ::1 --bind-account \(acc)",
            ["--allow-route", "POST,GET /labels/*", "--metadata", #"{"team": [1]}"#],
            """
            POST \(base)/keys
            {"keyspace":"shop","owner":{"type":"account","id":"\(acc)"},"name":"k","scopes":[],\
            "bound_accounts":["\(acc)"],"expires_at":"2027-02-21T09:00:00.000Z",\
            "not_before":"2026-12-01T00:00:00.000Z","allowed_addresses":["10.0.0.0/8","::1/128"],\
            "allowed_routes":[{"methods":["POST","GET"],"path":"/labels/*"}],"metadata":{"team":[1]}}
            """),
        Line("key list", "GET \(base)/keys?limit=50"),
        Line(
            "key list --keyspace shop --owner \(usr) --account \(acc) --state revoked --prefix sh --scope a:b --q x "
                + "--last-used-before 2026-01-01T00:00:00Z --limit 2 --cursor abc",
            "GET \(base)/keys?keyspace=shop&owner=\(usr)&account=\(acc)&state=revoked&prefix=sh"
                + "&last_used_before=2026-01-01T00%3A00%3A00.000Z&scope=a%3Ab&q=x&limit=2&cursor=abc"),
        Line("key show \(key)", "GET \(base)/keys/\(key)"),
        Line("key disable \(key)", "POST \(base)/keys/\(key)/disable"),
        Line("key enable \(key)", "POST \(base)/keys/\(key)/enable"),
        Line(
            "key revoke \(key) --reason compromised --note n",
            "POST \(base)/keys/\(key)/revoke\n{\"reason\":\"compromised\",\"note\":\"n\"}"),
        Line(
            "key change \(key) --name n --scope a:b --clear expires-at --clear allowed-routes",
            "PATCH \(base)/keys/\(key)\n{\"name\":\"n\",\"scopes\":[\"a:b\"],\"expires_at\":null,\"allowed_routes\":[]}"
        ),
        Line(
            "key change \(key) --expires-at 2027-01-01T01:00:00+01:00",
            "PATCH \(base)/keys/\(key)\n{\"expires_at\":\"2027-01-01T00:00:00.000Z\"}"),
    ]

    static let owners: [Line] = [
        Line(
            "account create --name Acme --external-id 7",
            "POST \(base)/accounts\n{\"name\":\"Acme\",\"external_id\":\"7\"}"),
        Line("account list --external-id 7 --locked", "GET \(base)/accounts?external_id=7&locked=true&limit=50"),
        Line("account list --no-locked", "GET \(base)/accounts?locked=false&limit=50"),
        Line("account show \(acc)", "GET \(base)/accounts/\(acc)"),
        Line("account change \(acc) --clear external-id", "PATCH \(base)/accounts/\(acc)\n{\"external_id\":null}"),
        Line("account lock \(acc) --note late", "POST \(base)/accounts/\(acc)/lock\n{\"note\":\"late\"}"),
        Line("account unlock \(acc)", "POST \(base)/accounts/\(acc)/unlock\n{}"),
        Line("app create --account \(acc) --name orders", "POST \(base)/accounts/\(acc)/apps\n{\"name\":\"orders\"}"),
        Line("app list --account \(acc)", "GET \(base)/accounts/\(acc)/apps?limit=50"),
        Line("app show \(app)", "GET \(base)/apps/\(app)"),
        Line("app change \(app) --name o", "PATCH \(base)/apps/\(app)\n{\"name\":\"o\"}"),
        Line("app lock \(app)", "POST \(base)/apps/\(app)/lock\n{}"),
        Line("app unlock \(app)", "POST \(base)/apps/\(app)/unlock\n{}"),
        Line(
            "user create --account \(acc) --name Ada --email a@b.example",
            "POST \(base)/accounts/\(acc)/users\n{\"name\":\"Ada\",\"email\":\"a@b.example\"}"),
        Line("user list --account \(acc)", "GET \(base)/accounts/\(acc)/users?limit=50"),
        Line("user show \(usr)", "GET \(base)/users/\(usr)"),
        Line("user change \(usr) --clear email", "PATCH \(base)/users/\(usr)\n{\"email\":null}"),
        Line("user lock \(usr)", "POST \(base)/users/\(usr)/lock\n{}"),
        Line("user unlock \(usr)", "POST \(base)/users/\(usr)/unlock\n{}"),
    ]

    static let held: [Line] = [
        Line("provider list", "GET \(base)/providers?limit=50"),
        Line("provider show carrier", "GET \(base)/providers/carrier"),
        Line("provider show a/b", "GET \(base)/providers/a%2Fb"),
        Line("provider put carrier -", input: "title: C", "PUT \(base)/providers/carrier\n{\"title\":\"C\"}"),
        Line(
            "credential create --account \(acc) --provider carrier --name main", input: "s3cret\n",
            """
            POST \(base)/credentials
            {"account":"\(acc)","provider":"carrier","name":"main","value":"s3cret"}
            """),
        Line(
            "credential list --account \(acc) --provider carrier",
            "GET \(base)/credentials?account=\(acc)&provider=carrier&limit=50"),
        Line("credential show \(cred)", "GET \(base)/credentials/\(cred)"),
        Line(
            "credential create --account \(acc) --provider shops --name m --part id --part token --setting shop=acme",
            input: "{\"id\":\"i\",\"token\":\"t\"}\n",
            """
            POST \(base)/credentials
            {"account":"\(acc)","provider":"shops","name":"m","value":{"id":"i","token":"t"},"settings":{"shop":"acme"}}
            """),
        Line(
            "credential put \(cred) --pending --expected-version 3 --force", input: "s3cret\n",
            """
            POST \(base)/credentials/\(cred)/versions
            {"value":"s3cret","state":"pending","expected_version":3,"force":true}
            """),
        Line("credential change \(cred) --name n", "PATCH \(base)/credentials/\(cred)\n{\"name\":\"n\"}"),
        Line("credential versions \(cred)", "GET \(base)/credentials/\(cred)/versions?limit=50"),
        Line("credential promote \(cred)", "POST \(base)/credentials/\(cred)/promote"),
        Line("credential rollback \(cred)", "POST \(base)/credentials/\(cred)/rollback"),
        Line(
            "credential retire \(cred)", "POST \(base)/credentials/\(cred)/retire\n{\"state\":\"previous\"}"),
        Line(
            "credential reveal \(cred) --reason why --version 2",
            "POST \(base)/credentials/\(cred)/reveal\n{\"reason\":\"why\",\"version\":2}"),
        Line(
            "credential delete \(cred) --recover-within 7d",
            "POST \(base)/credentials/\(cred)/delete\n{\"recover_within\":\"7d\"}"),
        Line("credential restore \(cred)", "POST \(base)/credentials/\(cred)/restore"),
        Line(
            "exposure list --user \(usr) --credential \(cred) --kind reveal",
            "GET \(base)/exposures?user=\(usr)&credential=\(cred)&kind=reveal&limit=50"),
        Line(
            "operator add --name Ada --role manager --account \(acc)",
            "POST \(base)/operators\n{\"name\":\"Ada\",\"role\":\"manager\",\"accounts\":[\"\(acc)\"]}"),
        Line("operator list", "GET \(base)/operators?limit=50"),
        Line("operator remove \(usr)", "POST \(base)/operators/\(usr)/remove"),
        Line(
            "integration create --name carrier --app \(app) --credential \(cred) --expires-at 2027-01-01T00:00:00Z",
            ["--allow", "POST /v1/labels", "--allow", "* /v1/x/**"],
            """
            POST \(base)/integrations
            {"name":"carrier","app":"\(app)","credential":"\(cred)",\
            "allow":[{"methods":["POST"],"path":"/v1/labels"},{"methods":["*"],"path":"/v1/x/**"}],\
            "expires_at":"2027-01-01T00:00:00.000Z"}
            """),
        Line(
            "integration list --account \(acc) --app \(app) --credential \(cred) --state paused",
            "GET \(base)/integrations?account=\(acc)&app=\(app)&credential=\(cred)&state=paused&limit=50"),
        Line("integration show \(int)", "GET \(base)/integrations/\(int)"),
        Line(
            "integration change \(int) --clear expires-at", "PATCH \(base)/integrations/\(int)\n{\"expires_at\":null}"),
        Line(
            "integration change \(int) --no-scrub --compressed pass --request-bytes 1000",
            ["--allow", "GET /orders?page=*&status=open,held-*", "--allow", "GET /all?"],
            """
            PATCH \(base)/integrations/\(int)
            {"allow":[{"methods":["GET"],"path":"/orders","query":{"page":["*"],"status":["open","held-*"]}},\
            {"methods":["GET"],"path":"/all","query":{}}],\
            "care":{"scrub":false,"compressed":"pass","request_bytes":1000}}
            """),
        Line("integration pause \(int)", "POST \(base)/integrations/\(int)/pause"),
        Line("integration resume \(int)", "POST \(base)/integrations/\(int)/resume"),
        Line("integration revoke \(int)", "POST \(base)/integrations/\(int)/revoke"),
        Line(
            "event list --after 7 --account \(acc) --action key.revoke",
            "GET \(base)/events?after=7&limit=50&account=\(acc)&action=key.revoke"),
    ]

    static let telling: [Line] = [
        Line(
            "webhook create --to https://h.example/x --name Ops --account \(acc) --type key.* --type *.lock "
                + "--signing ed25519",
            """
            POST \(base)/webhooks
            {"url":"https://h.example/x","name":"Ops","account":"\(acc)","types":["key.*","*.lock"],"signing":"ed25519"}
            """),
        Line("webhook create --to https://h.example", "POST \(base)/webhooks\n{\"url\":\"https://h.example\"}"),
        Line(
            "webhook list --account \(acc) --state disabled",
            "GET \(base)/webhooks?account=\(acc)&state=disabled&limit=50"),
        Line("webhook show \(wh)", "GET \(base)/webhooks/\(wh)"),
        Line(
            "webhook change \(wh) --type key.* --clear certificate-authority",
            "PATCH \(base)/webhooks/\(wh)\n{\"types\":[\"key.*\"],\"certificate_authority\":null}"),
        Line("webhook rotate \(wh) --overlap 2h", "POST \(base)/webhooks/\(wh)/rotate\n{\"overlap\":\"2h\"}"),
        Line("webhook disable \(wh)", "POST \(base)/webhooks/\(wh)/disable"),
        Line("webhook enable \(wh)", "POST \(base)/webhooks/\(wh)/enable"),
        Line("webhook enable \(wh) --skip-missed", "POST \(base)/webhooks/\(wh)/enable\n{\"skip_missed\":true}"),
        Line("webhook remove \(wh)", "POST \(base)/webhooks/\(wh)/remove"),
        Line("webhook replay \(wh)", "POST \(base)/webhooks/\(wh)/replay"),
        Line("webhook replay \(wh) --after 7", "POST \(base)/webhooks/\(wh)/replay\n{\"after\":7}"),
        Line("webhook replay \(wh) --event \(evt)", "POST \(base)/webhooks/\(wh)/deliveries/\(evt)/replay"),
        Line(
            "webhook deliveries \(wh) --state dead --after 3",
            "GET \(base)/webhooks/\(wh)/deliveries?after=3&limit=50&state=dead"),
        Line(
            "event list --type key.* --type *.lock",
            "GET \(base)/events?after=0&limit=50&type=key.%2A%2C%2A.lock"),
    ]

    @Test(
        "A command makes exactly one call, with the management key",
        arguments: keys + signInRules + owners + held + telling)
    func oneCall(_ line: Line) async throws {
        var stage = Stage(input: line.input, answers: [.json(#"{"items":[],"next_cursor":null}"#)])
        stage.environment["BITTING_URL"] = ""
        let run = await stage.run(line.words)
        #expect(run.status == 0, "\(run.errors)")
        let call = try #require(run.calls.first)
        #expect(call.summary == line.request)
        #expect(call.header("authorization") == "Bearer \(Stage.managementKey)")
        #expect(run.calls.count == 1)
    }

    @Test("A change can be tied to a revision")
    func revision() async throws {
        let stage = Stage(answers: [.json("{}")])
        let run = await stage.run("key", "change", CallTests.key, "--name", "n", "--revision", "4")
        #expect(run.calls.first?.header("if-match") == "\"4\"")
    }

    @Test(
        "Whatever makes something can be repeated safely",
        arguments: (keys + signInRules + owners + held + telling).filter { $0.words.dropFirst().first == "create" })
    func idempotencyKey(_ line: Line) async {
        let stage = Stage(input: line.input, answers: [.json("{}"), .json("{}")])
        let once = await stage.run(line.words + ["--idempotency-key", "order-17"])
        #expect(once.calls.first?.header("idempotency-key") == "order-17", "\(once.errors)")
        #expect(once.calls.first?.summary == line.request)
        #expect(await stage.run(line.words).calls.first?.header("idempotency-key") == nil)
    }

    @Test("The server is found by flag before variable")
    func flagBeforeVariable() async {
        var stage = Stage(answers: [.json("{}"), .json("{}")])
        stage.environment["BITTING_URL"] = "https://ops.example/bitting/"
        let byVariable = await stage.run("provider", "show", "p")
        #expect(byVariable.calls.first?.url == "https://ops.example/bitting/v1/providers/p")
        let byFlag = await stage.run("provider", "show", "p", "--url", "http://127.0.0.1:9")
        #expect(byFlag.calls.first?.url == "http://127.0.0.1:9/v1/providers/p")
    }
}
