// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import ArgumentParser
internal import Secrets
internal import Wire

/// `bitting offboarding report`
struct OffboardingReportGet: Act {
    static let configuration = CommandConfiguration(
        commandName: "report", abstract: "Print the signed report of an offboarding, as JSON.",
        discussion: """
            Keep it, and check it any time with `bitting offboarding verify`. For a page to be printed ask the API for \
            `Accept: text/html`.
            """)

    @Argument(help: "The offboarding's id: off_…")
    var id: OffboardingID

    @OptionGroup var connection: Connection

    func run(in surroundings: Surroundings) async throws -> ExitStatus {
        let desk = try connection.desk(in: surroundings)
        let answer = try await desk.call("GET", Noun.offboardings.path + [id.description, "report"])
        surroundings.terminal.say(answer.json.text)
        return .done
    }
}

/// `bitting offboarding verify`
struct OffboardingVerify: Act {
    static let configuration = CommandConfiguration(
        commandName: "verify", abstract: "Check the signature of a report; no server is needed.",
        discussion: "Exit status: 0 it is as it was signed, 1 it is not, 2 it cannot be read.")

    @Argument(help: ArgumentHelp("The report, as `bitting offboarding report` printed it.", valueName: "file"))
    var report: String

    @Option(
        help: ArgumentHelp(
            "The key that must have signed it, as `bitting audit key` printed it before.", valueName: "key"))
    var key: String

    private static let longest = 64 * 1024 * 1024

    func run(in surroundings: Surroundings) async throws -> ExitStatus {
        guard let verifier = VerifierKey(key) else {
            throw CommandFailure("--key is no key of a signer.", fix: "Give it as `bitting audit key` prints it.")
        }
        guard let bytes = try FileBytes.contents(report, limit: Self.longest), let file = try? JSON.parse(bytes),
            let body = file["report"], let text = file["note"]?.asString,
            let note = try? SignedNote(parsing: Array(text.utf8))
        else {
            throw CommandFailure(
                "\(PlainText.line(report)) is no report.",
                fix: "Give the file as `bitting offboarding report` wrote it.")
        }
        let digest = Base64Text.text(Digest(of: [Array(body.text.utf8)]).bytes)
        guard note.text == "bitting offboarding report v1\n\(digest)\n", note.isSigned(by: verifier) else {
            throw CommandFailure(
                "The report is not what was signed, or another key signed it.",
                fix: "Get it again with `bitting offboarding report`, and find out who could change this copy.",
                status: .refused)
        }
        say(body, on: surroundings.terminal)
        return .done
    }

    private func say(_ report: JSON, on terminal: Terminal) {
        let items = report["items"]?.asArray ?? []
        let open = items.filter { $0["state"] != "done" }
        let name = PlainText.line(report["subject"]?["name"]?.asString ?? "")
        terminal.say("Signed, and unchanged: offboarding of \(name), \(JSONPhrase.phrase(report["state"] ?? .null)).")
        terminal.say(
            "Begun \(JSONPhrase.phrase(report["started_at"] ?? .null)), deadline "
                + "\(JSONPhrase.phrase(report["deadline"] ?? .null)), ended \(JSONPhrase.phrase(report["ended_at"] ?? .null))."
        )
        terminal.say("\(items.count - open.count) of \(items.count) items done.")
        for item in open {
            terminal.say(
                "not done: \(PlainText.line(item["name"]?.asString ?? "")) "
                    + "(\(JSONPhrase.phrase(item["id"] ?? .null)), \(JSONPhrase.phrase(item["state"] ?? .null)))")
        }
    }
}
