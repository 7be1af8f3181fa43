// SPDX-License-Identifier: Apache-2.0
import BittingClient
import Testing
import Wire

@testable import CommandLine

@Suite("Provider files")
struct ProviderFileTests {
    private static let yaml = """
        # the carrier
        title: Example carrier
        origins: [https://api.carrier.example]
        credential: {in: header, name: Authorization, format: "Bearer {value}"}
        allow_private_addresses: []
        tls: {ca: null}
        permission_sets:
          labels:
            - methods: [POST]
              path: /v1/labels
        """
    private static let json = """
        {"title":"Example carrier","origins":["https://api.carrier.example"],\
        "credential":{"in":"header","name":"Authorization","format":"Bearer {value}"},"allow_private_addresses":[],\
        "tls":{"ca":null},"permission_sets":{"labels":[{"methods":["POST"],"path":"/v1/labels"}]}}
        """

    @Test("YAML and JSON say the same", arguments: [("-", yaml), ("-", json), ("p.yaml", yaml), ("p.json", json)])
    func same(_ name: String, _ text: String) throws {
        #expect(try ProviderFile(name: name, bytes: Array(text.utf8)).json.text == ProviderFileTests.json)
    }

    @Test(
        "Plain scalars are read by YAML 1.2, quoted ones are strings",
        arguments: [
            ("on", "on"), ("no", "no"), ("true", true), ("~", .null), ("7", 7), ("'7'", "7"), ("\"true\"", "true"),
            ("2026-01-31", "2026-01-31"), ("1_000", "1_000"), ("0x10", "0x10"), ("|\n  a\n  b", "a\nb"),
        ] as [(String, JSON)])
    func scalars(_ text: String, _ value: JSON) throws {
        #expect(try ProviderFile(name: "-", bytes: Array("x: \(text)".utf8)).json == ["x": value])
    }

    @Test("Fractions keep their spelling")
    func fractions() throws {
        #expect(try ProviderFile(name: "-", bytes: Array("x: 1.50".utf8)).json.text == #"{"x":1.50}"#)
    }

    @Test(
        "A file that describes no provider is refused before a call",
        arguments: ["", "- a", "title", "a: [", "a: b: c", "? [x]\n: y", "x: *nowhere", "a: 1\na: 2"])
    func refused(_ text: String) async {
        let run = await Stage(input: text).run("provider", "put", "carrier", "-")
        #expect(run.status == 2)
        #expect(run.errors.hasPrefix("error: "))
        #expect(run.errors.contains("\nfix: "))
        #expect(run.calls.isEmpty)
    }

    @Test("A small file that means a huge document is refused")
    func aliases() async {
        let levels = (1...9).map { "l\($0): [\(Array(repeating: "*a\($0 - 1)", count: 9).joined(separator: ","))]" }
        let anchored = levels.enumerated().map { $1.replacing(": [", with: ": &a\($0 + 1) [") }
        let run = await Stage(input: (["l0: &a0 x"] + anchored).joined(separator: "\n")).run(
            "provider", "put", "p", "-")
        #expect(run.status == 2)
        #expect(run.errors.contains("too large a document"))
    }

    @Test("A file above 1 MiB is refused")
    func large() async {
        let run = await Stage(input: String(repeating: "#", count: 1 << 20 + 1)).run("provider", "put", "p", "-")
        #expect(run.status == 2)
        #expect(run.errors.contains("1 MiB"))
    }
}
