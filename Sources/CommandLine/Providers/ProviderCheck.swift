// SPDX-License-Identifier: Apache-2.0
internal import ArgumentParser
internal import Wire

/// `bitting provider check`
struct ProviderCheck: Act {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Check providers' files without a server.",
        discussion: """
            By the very rules by which the server takes them. Of each file the first thing that is wrong is told, with its \
            line and field. Exit status: 0 all are right, 1 some are not, 2 one cannot be read.
            """)

    @Argument(help: "YAML or JSON files; - for standard input.")
    var files: [String]

    @Flag(help: "Print the findings as JSON.")
    var json = false

    func run(in surroundings: Surroundings) throws -> ExitStatus {
        var findings: [ProviderFinding] = []
        for file in files { findings.append(try ProviderFinding(file, from: surroundings.terminal)) }
        let printer = Printer(terminal: surroundings.terminal, asJSON: json)
        if json {
            printer.json(.array(findings.map(\.json)))
        } else {
            say(findings, on: surroundings.terminal)
        }
        return findings.contains { $0.failure != nil } ? .refused : .done
    }

    private func say(_ findings: [ProviderFinding], on terminal: Terminal) {
        for finding in findings {
            if let failure = finding.failure { terminal.write(.error, Array(failure.lines.utf8)) }
        }
        let right = findings.count { $0.failure == nil }
        terminal.say("\(right) of \(findings.count) right")
    }
}
