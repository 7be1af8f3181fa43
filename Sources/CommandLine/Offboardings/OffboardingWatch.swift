// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import ArgumentParser
internal import Wire

/// `bitting offboarding watch`
struct OffboardingWatch: Act {
    static let configuration = CommandConfiguration(
        commandName: "watch", abstract: "Follow an offboarding to its end.",
        discussion: """
            Prints a line whenever something has changed, and what people have to do. Exit status: 0 it is done, 1 it was \
            cancelled.
            """)

    @Argument(help: "The offboarding's id: off_…")
    var id: OffboardingID

    @OptionGroup var connection: Connection

    func run(in surroundings: Surroundings) async throws -> ExitStatus {
        let desk = try connection.desk(in: surroundings)
        var last = ""
        while true {
            let answer = try await desk.call("GET", Noun.offboardings.path + [id.description]).json
            let line = Self.line(answer)
            if line != last {
                if connection.json { desk.printer.json(answer) } else { surroundings.terminal.say(line) }
                last = line
            }
            switch answer["state"]?.asString {
            case "done": return .done
            case "cancelled": return .refused
            default: try await Task.sleep(for: .seconds(1))
            }
        }
    }

    /// How far it is, and whom it waits for.
    static func line(_ offboarding: JSON) -> String {
        let progress = offboarding["progress"]
        let done = progress?["done"]?.asInteger ?? 0
        let total = progress?["total"]?.asInteger ?? 0
        let width: Int64 = 20
        let filled = total == 0 ? width : done * width / total
        let bar = String(repeating: "#", count: Int(filled)) + String(repeating: ".", count: Int(width - filled))
        var line = "[\(bar)] \(done) of \(total) done, \(PlainText.line(offboarding["state"]?.asString ?? ""))"
        let person = progress?["person"]?.asInteger ?? 0
        if person > 0 { line += ", \(person) waiting for a person" }
        let late = (offboarding["items"]?.asArray ?? []).count { $0["is_late"] == true && $0["state"] != "done" }
        if late > 0 { line += ", \(late) late" }
        return line
    }
}
