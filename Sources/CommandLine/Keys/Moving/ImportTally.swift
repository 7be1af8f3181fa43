// SPDX-License-Identifier: Apache-2.0
internal import Wire

/// What became of the rows, told as they go and summed up at the end.
struct ImportTally {
    let printer: Printer
    private(set) var imported = 0
    private(set) var here = 0
    private(set) var needless = 0
    private(set) var refused = 0

    init(printer: Printer) { self.printer = printer }

    /// A row that was not sent.
    mutating func add(_ fault: RowFault, line: Int) {
        switch fault {
        case .needless(let why):
            needless += 1
            tell(line, "needless", "left out: \(why).")
        case .unreadable(let why):
            refused += 1
            tell(line, "unreadable_row", why)
        }
    }

    /// A row's result, as the server gave it.
    mutating func add(_ result: JSON, line: Int) {
        guard let problem = result["problem"] else {
            imported += 1
            if printer.asJSON { say(result, line) }
            return
        }
        if problem["code"] == "already_imported" { here += 1 } else { refused += 1 }
        guard !printer.asJSON else { return say(result, line) }
        let words = [problem["pointer"]?.asString.map { "\($0):" }, problem["detail"]?.asString].compactMap(\.self)
        printer.note("line \(line): \(words.joined(separator: " "))")
    }

    private func tell(_ line: Int, _ code: String, _ detail: String) {
        guard printer.asJSON else { return printer.note("line \(line): \(detail)") }
        say(["problem": ["code": .string(code), "detail": .string(detail)]], line)
    }

    private func say(_ result: JSON, _ line: Int) {
        let rest = (result.asObject ?? []).filter { $0.name != "line" }
        printer.terminal.say(JSON.object([JSON.Member(name: "line", value: .integer(Int64(line)))] + rest).text)
    }

    /// The last line, and how the command ends: what was here already is no failure.
    func close() -> ExitStatus {
        if printer.asJSON {
            let sums: JSON = [
                "imported": .integer(Int64(imported)), "already_here": .integer(Int64(here)),
                "left_out": .integer(Int64(needless)), "refused": .integer(Int64(refused)),
            ]
            printer.terminal.say(sums.text)
        } else {
            printer.terminal.say(
                "\(imported) imported, \(here) here already, \(needless) left out, \(refused) refused")
        }
        return refused == 0 ? .done : .refused
    }
}
