// SPDX-License-Identifier: Apache-2.0
import BittingClient
import Glibc
import Testing

@testable import CommandLine

@Suite struct RunTests {
    private static let appKey = "acme_live_appappappappappappappappappappapp000000"
    private static let card = """
        {"name":"openai","environment":[{"name":"OPENAI_BASE_URL","format":"{base_url}/v1"},
         {"name":"OPENAI_API_KEY","format":"{key}"}],
         "reveal_environment":[{"name":"OPENAI_API_KEY","format":"{value}"}]}
        """
    private static let pem = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"

    private func stage(_ answers: [Response] = [.json(card)]) -> Stage {
        var stage = Stage()
        stage.environment = [
            "BITTING_KEY": Stage.managementKey, "BITTING_APP_KEY": Self.appKey, "PATH": "/usr/bin:/bin",
            "HOME": "/root",
        ]
        stage.answers = answers
        return stage
    }

    @Test("the program gets base URL and key in the variables of the provider, and nothing of ours that is not its own")
    func variables() async throws {
        let run = await stage().run("run", "--integration", "openai", "--", "my-app", "--flag", "x")
        let launched = try #require(run.launched)
        #expect(run.status == 0 && run.output == "" && run.errors == "")
        #expect((launched.command, launched.arguments) == ("my-app", ["--flag", "x"]))
        #expect(launched.environment["OPENAI_BASE_URL"] == "http://127.0.0.1:7100/lend/openai/v1")
        #expect(launched.environment["OPENAI_API_KEY"] == Self.appKey)
        #expect(launched.environment["BITTING_APP_KEY"] == Self.appKey)
        #expect(launched.environment["BITTING_KEY"] == nil)
        #expect(launched.environment["HOME"] == "/root" && launched.environment["HTTPS_PROXY"] == nil)
        #expect(run.calls.map(\.summary) == ["GET http://127.0.0.1:7100/lend/openai"])
        #expect(run.calls[0].header("authorization") == "Bearer \(Self.appKey)")
    }

    @Test("without BITTING_APP_KEY the key is BITTING_KEY, and it is handed on")
    func oneKey() async throws {
        var stage = stage()
        stage.environment = ["BITTING_KEY": Self.appKey]
        let run = await stage.run("run", "--integration", "openai", "--", "my-app")
        #expect(run.launched?.environment["OPENAI_API_KEY"] == Self.appKey)
        #expect(run.launched?.environment["BITTING_KEY"] == Self.appKey)
        stage.environment = [:]
        let without = await stage.run("run", "--integration", "openai", "--", "my-app")
        #expect(without.status == 2 && without.errors.contains("BITTING_APP_KEY") && without.launched == nil)
    }

    @Test("several integrations are set one after the other, further variables from the first")
    func several() async throws {
        let other = #"{"environment":[{"name":"STRIPE_BASE","format":"{base_url}"}]}"#
        let run = await stage([.json(Self.card), .json(other)]).run(
            "run", "--integration", "openai", "--integration", "stripe", "--set", "BASE={base_url}/x", "--set",
            "K=k-{key}",
            "--data-url", "http://bitting:7100/", "--", "my-app")
        let environment = try #require(run.launched?.environment)
        #expect(environment["STRIPE_BASE"] == "http://bitting:7100/lend/stripe")
        #expect(environment["BASE"] == "http://bitting:7100/lend/openai/x")
        #expect(environment["K"] == "k-\(Self.appKey)")
    }

    @Test("the value comes into the environment alone, and only with a reason")
    func reveal() async throws {
        let run = await stage([.json(Self.card), .json(#"{"value":"sk-held"}"#)]).run(
            "run", "--integration", "openai", "--reveal", "--reason", "a batch job", "--set", "V={value}", "--",
            "my-app")
        #expect(run.launched?.environment["OPENAI_API_KEY"] == "sk-held")
        #expect(run.launched?.environment["V"] == "sk-held")
        #expect(
            run.calls.map(\.summary) == [
                "GET http://127.0.0.1:7100/lend/openai",
                "POST http://127.0.0.1:7100/v1/reveal\n{\"integration\":\"openai\",\"reason\":\"a batch job\"}",
            ])
        #expect(run.output == "" && run.errors == "")
        let parts = await stage([.json(#"{"environment":[]}"#), .json(#"{"value":{"id":"AK","secret":"S"}}"#)]).run(
            "run", "--integration", "aws", "--reveal", "--reason", "r", "--set", "ID={id}", "--set", "S={secret}", "--",
            "x")
        #expect(parts.launched?.environment["ID"] == "AK" && parts.launched?.environment["S"] == "S")
    }

    @Test("with a proxy the program is told where it is and whom to trust")
    func proxy() async throws {
        let folder = "/tmp/bitting-run-tests-\(getpid())"
        unsafe mkdir(folder, 0o700)
        var stage = stage([.json(Self.card), Response(status: 200, body: Array(Self.pem.utf8))])
        stage.environment["XDG_CACHE_HOME"] = folder
        stage.environment["SSL_CERT_FILE"] = "\(folder)/system.pem"
        try #require(write("\(folder)/system.pem", "system\n"))
        let run = await stage.run("run", "--integration", "open ai", "--proxy", "--", "my-app")
        let environment = try #require(run.launched?.environment, "\(run.errors)")
        #expect(environment["HTTPS_PROXY"] == "http://open%20ai:\(Self.appKey)@127.0.0.1:7102")
        #expect(environment["https_proxy"] == environment["HTTPS_PROXY"])
        #expect(run.calls.map(\.summary).last == "GET http://127.0.0.1:7102/ca.pem")
        #expect(run.calls.last?.headers.isEmpty == true)
        let authority = try #require(environment["NODE_EXTRA_CA_CERTS"])
        let bundle = try #require(environment["SSL_CERT_FILE"])
        #expect(environment["REQUESTS_CA_BUNDLE"] == bundle && environment["CURL_CA_BUNDLE"] == bundle)
        #expect(authority.hasPrefix("\(folder)/bitting/") && bundle.hasPrefix("\(folder)/bitting/"))
        #expect(try FileBytes.contents(authority, limit: 4096) == Array(Self.pem.utf8))
        #expect(try FileBytes.contents(bundle, limit: 4096) == Array("system\n\n\(Self.pem)".utf8))
    }

    private func write(_ path: String, _ text: String) -> Bool {
        let file = unsafe open(path, O_WRONLY | O_CREAT, 0o600)
        defer { close(file) }
        return file >= 0 && FileBytes.write(Array(text.utf8), to: file) == 0
    }

    @Test("a proxy that is not there, or is no proxy, is told")
    func noProxy() async {
        let gone = await stage().run("run", "--integration", "openai", "--proxy", "--", "x")
        #expect(gone.status == 2 && gone.errors.contains("--proxy-address") && gone.launched == nil)
        let other = await stage([.json(Self.card), Response(status: 200, body: Array("<html>".utf8))]).run(
            "run", "--integration", "openai", "--proxy", "--", "x")
        #expect(other.status == 2 && other.launched == nil)
        let odd = await stage([.json(Self.card), Response(status: 200, body: Array(Self.pem.utf8))]).run(
            "run", "--integration", "openai", "--proxy", "--proxy-url", "https://u@h:1", "--", "x")
        #expect(odd.status == 2 && odd.launched == nil)
    }

    @Test("an unknown integration and a key of nobody are refused with what to do")
    func refused() async {
        let problem = #"{"title":"No such integration","status":404,"code":"integration_unknown","fix":"x"}"#
        let run = await stage([.problem(404, problem)]).run("run", "--integration", "nowhere", "--", "my-app")
        #expect(run.status == 1 && run.launched == nil)
        #expect(run.errors.contains("No such integration") && run.errors.contains("BITTING_APP_KEY"))
        let gone = await stage([]).run("run", "--integration", "openai", "--", "my-app")
        #expect(gone.status == 2 && gone.launched == nil)
        let odd = await stage([.json("[]")]).run("run", "--integration", "openai", "--", "my-app")
        #expect(odd.status == 2 && odd.launched == nil)
    }

    @Test(
        "a provider's description cannot choose what the program runs",
        arguments: ["LD_PRELOAD", "PATH", "NODE_OPTIONS", "BASH_ENV", "path", "A=B", "", "1A", "SSL_CERT_FILE"])
    func steering(name: String) async {
        let card = #"{"environment":[{"name":"\#(name)","format":"{base_url}"}]}"#
        let run = await stage([.json(card)]).run("run", "--integration", "x", "--", "my-app")
        #expect(run.status == 2 && run.launched == nil)
    }

    @Test("a format with a name that is not here is told, for the provider's and one's own")
    func unknownName() async {
        let card = #"{"environment":[{"name":"A","format":"{value}"}]}"#
        let provider = await stage([.json(card)]).run("run", "--integration", "x", "--", "y")
        #expect(provider.status == 2 && provider.launched == nil)
        let own = await stage().run("run", "--integration", "openai", "--set", "A={value}", "--", "y")
        #expect(own.status == 2 && own.errors.contains("--reveal") && own.launched == nil)
    }

    @Test(
        "what was forgotten is said before anything is asked",
        arguments: [
            ["run", "--", "x"], ["run", "--integration", "a"], ["run", "--integration", "a", "--"],
            ["run", "--integration", "a", "--reveal", "--", "x"],
            ["run", "--integration", "a", "--reason", "r", "--", "x"],
            ["run", "--integration", "a", "--set", "A", "--", "x"],
            ["run", "--integration", "a", "--set", "1=x", "--", "x"],
            ["run", "--integration", "a", "x"],
        ])
    func forgotten(arguments: [String]) async {
        let run = await stage().run(arguments)
        #expect(run.status == 2 && run.calls.isEmpty && run.launched == nil)
    }

    @Test(
        "no such command is 127, one that cannot be run 126",
        arguments: [(ENOENT, 127), (EACCES, 126), (ENOEXEC, 126)] as [(Int32, Int32)])
    func commands(fault: Int32, status: Int32) async {
        var stage = stage()
        stage.launchFault = fault
        let run = await stage.run("run", "--integration", "openai", "--", "my-app")
        #expect(run.status == status && run.errors.contains("my-app") && !run.errors.contains(Self.appKey))
    }

    @Test(
        "names in braces are filled in, other braces stand for themselves",
        arguments: [
            ("{a}", "1"), ("x{a}y{b}", "x1y2"), ("{", "{"), ("{}", "{}"), ("{a", "{a"), ("{{a}}", "{1}"),
            ("{a b}", "{a b}"),
            ("", ""), ("{c}", nil),
        ] as [(String, String?)])
    func formats(format: String, text: String?) {
        #expect(VariableFormat(format).filled(["a": "1", "b": "2"]) == text)
    }

    @Test("a command is looked for where the program's own PATH says")
    func path() {
        func file(_ command: String, _ path: String?) -> String? {
            Launch(command: command, arguments: [], environment: path.map { ["PATH": $0] } ?? [:]).file
        }
        #expect(file("sh", "/nowhere:/bin") == "/bin/sh")
        #expect(file("sh", nil) != nil)
        #expect(file("no-such-command", "/usr/bin:/bin") == nil)
        #expect(file("./sh", "/bin") == "./sh")
        #expect(file("", "/bin") == nil)
        #expect(file("bin", "/usr") == nil)
    }
}
