// SPDX-License-Identifier: Apache-2.0
internal import Wire

/// Prints answers, for people or for programs.
struct Printer: Sendable {
    let terminal: Terminal
    let asJSON: Bool

    /// The API's own JSON: indented for a person, on one line for a program.
    func json(_ value: JSON) {
        terminal.say(terminal.showsToPerson ? value.prettyText : value.text)
    }

    /// One thing.
    func show(_ value: JSON, revision: String? = nil) {
        guard !asJSON, let members = value.asObject else { return json(value) }
        let revision = revision.map { [JSON.Member(name: "revision", value: .string($0))] } ?? []
        for line in Card(members + revision).lines { terminal.say(line) }
    }

    /// A page, or all pages, of a list.
    func list(_ items: [JSON], of noun: Noun, nextCursor: JSON) {
        guard !asJSON else { return json(["items": .array(items), "next_cursor": nextCursor]) }
        table(items, of: noun, heading: true)
    }

    /// A part of a list that goes on: a program gets one item a line.
    func stream(_ items: [JSON], of noun: Noun, heading: Bool) {
        guard !asJSON else { return items.forEach { terminal.say($0.text) } }
        table(items, of: noun, heading: heading)
    }

    private func table(_ items: [JSON], of noun: Noun, heading: Bool) {
        let lines = noun.table(items).lines(width: terminal.width)
        if heading, let first = lines.first { terminal.say(terminal.bold(first)) }
        for line in lines.dropFirst() { terminal.say(line) }
    }

    /// Something to know beside the answer.
    func note(_ text: String) {
        terminal.note(PlainText.line(text))
    }
}
