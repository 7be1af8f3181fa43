// SPDX-License-Identifier: Apache-2.0
import Testing
import Wire

@testable import CommandLine

@Suite("Checking a provider's file offline")
struct ProviderCheckTests {
    private static let right = """
        title: T
        origins:
          - https://api.example
        credential: {in: header, name: X-Key}
        """

    private func check(_ text: String, _ more: String...) async -> Stage.Performance {
        await Stage(environment: [:], input: text).run(["provider", "check", "-"] + more)
    }

    @Test("A file that is right passes without a key, a server or a call")
    func passes() async {
        let run = await check(ProviderCheckTests.right)
        #expect(run.status == 0)
        #expect(run.output == "1 of 1 right\n")
        #expect(run.calls.isEmpty)
    }

    @Test(
        "What is wrong is told with its line and field",
        arguments: [
            (right + "\nx: 1", 5, "/x"),
            (right.replacing("https://api.example", with: "https://api.{shop}.com"), 3, "/origins/0"),
            (right.replacing("X-Key", with: "Host"), 4, "/credential/name"),
            (right.replacing("X-Key", with: "X-Key, format: '{nope}'"), 4, "/credential/format"),
            (right + "\nparts:\n  a: {title: A}\n  b: {title: B}", 4, "/credential/format"),
            (right + "\npermission_sets:\n  a/b:\n    - {methods: [GET], path: x}", 7, "/permission_sets/a~1b/0/path"),
            (right.replacing("title: T\n", with: ""), 1, "/title"),
            (right + "\ntest:\n  method: GET\n  path: /me\n  expect: [200]", 5, "/test/dead"),
        ])
    func wrong(_ text: String, _ line: Int, _ pointer: String) async {
        let run = await check(text)
        #expect(run.status == 1)
        #expect(run.errors.hasPrefix("error: -:\(line): "), "\(run.errors)")
        #expect(run.errors.contains("\nfield: \(pointer)\n"), "\(run.errors)")
        #expect(run.errors.contains("\nfix: "))
        #expect(run.output == "0 of 1 right\n")
    }

    @Test("As JSON, each finding is an object")
    func json() async throws {
        let run = await check(ProviderCheckTests.right + "\nx: 1", "--json")
        #expect(run.status == 1)
        let finding = try #require(try JSON.parse(run.output).asArray?.first)
        #expect(finding["valid"] == false && finding["line"] == 5 && finding["pointer"] == "/x")
        #expect(await check(ProviderCheckTests.right, "--json").output == #"[{"file":"-","valid":true}]"# + "\n")
    }

    @Test(
        "What cannot be read at all ends with 2",
        arguments: [
            "a: [", "- a", "&a [*a]", "a: &a [*a]", "a: 1\na: 2", String(repeating: "[", count: 500_000),
            String(repeating: "{a: ", count: 200_000), String(repeating: "x", count: 1 << 20 + 1),
        ])
    func unreadable(_ text: String) async {
        let run = await check(text)
        #expect(run.status == 2)
        #expect(run.errors.hasPrefix("error: "))
    }
}
