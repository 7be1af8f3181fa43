// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Testing
import Wire

@testable import CommandLine

@Suite("Help")
struct HelpTests {
    /// Every command, with the words that lead to it.
    static let commands = below(Root.self, [])

    private static func below(
        _ command: any ParsableCommand.Type, _ words: [String]
    ) -> [(words: [String], command: any ParsableCommand.Type)] {
        let inner = command.configuration.subcommands.flatMap { sub in
            below(sub, words + [sub._commandName])
        }
        return [(words, command)] + inner
    }

    @Test("Every command shows its help on standard output and ends with 0", arguments: commands.map(\.words))
    func shown(_ words: [String]) async {
        let run = await Stage(environment: [:]).run(words + ["--help"])
        #expect(run.status == 0)
        #expect(run.output.hasPrefix("OVERVIEW: "))
        #expect(run.output.contains("USAGE: " + (["bitting"] + words).joined(separator: " ")))
        #expect(run.errors == "")
    }

    @Test("Every command that has no others below it does something")
    func leavesAct() {
        for (words, command) in HelpTests.commands where command.configuration.subcommands.isEmpty {
            #expect(command is any Act.Type, "\(words)")
        }
    }

    @Test("Every flag and every argument says what it is for")
    func everythingIsExplained() throws {
        let dump = try JSON.parse(Root._dumpHelp())
        var seen = 0
        func visit(_ command: JSON) {
            guard command["commandName"] != "help" else { return }
            for argument in command["arguments"]?.asArray ?? [] where argument["shouldDisplay"]?.asBool == true {
                seen += 1
                let name = argument["valueName"]?.asString ?? ""
                #expect(
                    argument["abstract"]?.asString?.isEmpty == false, "\(command["commandName"]?.text ?? "") \(name)")
            }
            (command["subcommands"]?.asArray ?? []).forEach(visit)
        }
        visit(try #require(dump["command"]))
        #expect(seen > 100)
    }

    @Test("A noun without a verb, and the program alone, show their help", arguments: [[], ["key"], ["audit"]])
    func nounAlone(_ words: [String]) async {
        let run = await Stage(environment: [:]).run(words)
        #expect(run.status == 0)
        #expect(run.output.contains("SUBCOMMANDS"))
    }

    @Test(
        "The help names the variable that stands in for a flag",
        arguments: [
            (
                "serve",
                [
                    "BITTING_DATA", "BITTING_DATA_ADDRESS", "BITTING_CONTROL_ADDRESS", "BITTING_DATABASE",
                    "BITTING_MASTER_KEY", "BITTING_DATA_THREADS", "BITTING_TRUSTED_PEERS", "BITTING_CHECKPOINTS_TO",
                    "BITTING_CHECKPOINTS_ALLOW_PRIVATE", "BITTING_CHECKPOINTS_EVERY",
                ]
            ),
            ("verify", ["BITTING_DATA_URL", "BITTING_KEY"]),
        ])
    func variables(_ command: String, _ names: [String]) async {
        let run = await Stage().run(command, "--help")
        for name in names { #expect(run.output.contains(name)) }
    }
}
