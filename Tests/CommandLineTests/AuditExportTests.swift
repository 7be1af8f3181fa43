// SPDX-License-Identifier: Apache-2.0
import BittingClient
import Foundation
import Testing

@testable import CommandLine

@Suite("audit export, key and checkpoints")
struct AuditExportTests {
    private static let base = "http://127.0.0.1:7101/v1"
    private static let pages: [Response] = [
        .json(#"{"items":[{"sequence":1,"note":"é"},{"sequence":2}],"next_cursor":"2"}"#),
        .json(#"{"items":[{"sequence":3}],"next_cursor":null}"#),
    ]
    private static let lines = "{\"sequence\":1,\"note\":\"é\"}\n{\"sequence\":2}\n{\"sequence\":3}\n"

    private func inFile(_ body: (_ path: String) async throws -> Void) async throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "export-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: file) }
        try await body(file.path)
    }

    private func contents(_ path: String) -> String? { try? String(contentsOfFile: path, encoding: .utf8) }

    @Test("Every page is written, one event a line")
    func output() async {
        let run = await Stage(answers: Self.pages).run("audit", "export")
        #expect(run.status == 0)
        #expect(run.output == Self.lines)
        #expect(
            run.calls.map(\.summary) == [
                "GET \(Self.base)/events?after=0&limit=200", "GET \(Self.base)/events?after=2&limit=200",
            ])
    }

    @Test("A new file is for its owner alone, and is never written over")
    func file() async throws {
        try await inFile { path in
            let run = await Stage(answers: Self.pages).run("audit", "export", path)
            #expect(run.status == 0)
            #expect(run.output == "")
            #expect(run.errors == "3 events in \(path); the last one is 3.\n")
            #expect(contents(path) == Self.lines)
            let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
            #expect(mode == 0o600)
            let again = await Stage(answers: Self.pages).run("audit", "export", path)
            #expect(again.status == 2)
            #expect(again.errors.hasPrefix("error: \(path) is there already."))
            #expect(again.calls.isEmpty)
            #expect(contents(path) == Self.lines)
        }
    }

    @Test("An export that stopped says where, and goes on from there")
    func resumed() async throws {
        try await inFile { path in
            let stopped = await Stage(answers: [Self.pages[0]]).run("audit", "export", path)
            #expect(stopped.status == 2)
            #expect(stopped.errors.hasPrefix("It stopped behind event 2: go on with --after 2.\nerror: "))
            let rest = await Stage(answers: [Self.pages[1]]).run("audit", "export", path, "--after", "2")
            #expect(rest.status == 0)
            #expect(rest.calls.map(\.summary) == ["GET \(Self.base)/events?after=2&limit=200"])
            #expect(contents(path) == Self.lines)
        }
    }

    @Test("A place where nothing can be written is said")
    func unwritable() async {
        let run = await Stage(answers: Self.pages).run("audit", "export", "/nonexistent/trail")
        #expect(run.status == 2)
        #expect(run.errors.hasPrefix("error: /nonexistent/trail cannot be written: No such file"))
    }

    @Test("A server that repeats itself does not keep the export going for ever")
    func loop() async {
        let page = Response.json(#"{"items":[],"next_cursor":"0"}"#)
        let run = await Stage(answers: [page, page]).run("audit", "export")
        #expect(run.status == 0)
        #expect(run.calls.count == 1)
    }

    @Test("The key is one line; a program gets what the API says")
    func key() async {
        let answer = #"{"origin":"bitting/00","verifier_key":"bitting/00+11+AA=="}"#
        let run = await Stage(answers: [.json(answer)]).run("audit", "key")
        #expect(run.output == "bitting/00+11+AA==\n")
        #expect(run.calls.map(\.summary) == ["GET \(Self.base)/audit/key"])
        #expect(await Stage(answers: [.json(answer)]).run("audit", "key", "--json").output == answer + "\n")
    }

    @Test("Checkpoints are printed as they are kept in files, page after page")
    func checkpoints() async {
        let pages: [Response] = [
            .json(#"{"items":[{"number":4,"note":"a\n1\n\n— x y\n"}],"next_cursor":"4"}"#),
            .json(#"{"items":[{"number":5,"note":"a\n2\n\n— x z\n"}],"next_cursor":null}"#),
        ]
        let run = await Stage(answers: pages).run("audit", "checkpoints", "--after", "3")
        #expect(run.output == "a\n1\n\n— x y\n\na\n2\n\n— x z\n\n")
        #expect(
            run.calls.map(\.summary) == [
                "GET \(Self.base)/audit/checkpoints?after=3&limit=200",
                "GET \(Self.base)/audit/checkpoints?after=4&limit=200",
            ])
        let lines = await Stage(answers: pages).run("audit", "checkpoints", "--json").output
        #expect(lines.split(separator: "\n").count == 2)
    }
}
