// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import CommandLine

@Suite("Tables")
struct TableTests {
    private static func table(_ rows: [[String]]) -> Table {
        Table(
            headings: [
                .init(title: "ID", mayBeCut: false), .init(title: "NAME", mayBeCut: true),
                .init(title: "STATE", mayBeCut: false),
            ],
            rows: rows)
    }

    @Test("Columns are as wide as what is widest in them; no blanks at the end of a line")
    func aligned() {
        #expect(
            TableTests.table([["key_1", "n", ""], ["k", "name", "active"]]).lines(width: nil) == [
                "ID     NAME  STATE", "key_1  n", "k      name  active",
            ])
    }

    @Test("Wide and combining characters are counted as they are shown")
    func characters() {
        #expect(
            TableTests.table([["1", "荷札", "a"], ["2", "e\u{301}té", "a"], ["3", "🏷️", "a"]]).lines(width: nil) == [
                "ID  NAME  STATE", "1   荷札  a", "2   e\u{301}té   a", "3   🏷️    a",
            ])
    }

    @Test("Only what may be cut is cut, to at least eight columns", arguments: [(80, 20), (30, 14), (23, 8), (5, 8)])
    func cut(_ width: Int, _ left: Int) {
        let name = "abcdefghijklmnopqrst"
        let line = TableTests.table([["key_12", name, "active"]]).lines(width: width)[1]
        let shown = left == 20 ? name : name.prefix(left - 1) + "…"
        #expect(line == "key_12  \(shown)  active")
    }

    @Test("A wide character is never cut in half")
    func cutWide() {
        #expect(DisplayWidth.cut("荷札荷札", to: 6) == "荷札…")
        #expect(DisplayWidth.of(DisplayWidth.cut("荷札荷札", to: 6)) <= 6)
    }

    @Test(
        "What is printed can neither steer the terminal nor begin a line",
        arguments: ["\u{1b}[31m", "a\nb", "a\rb", "\u{9b}2J", "\u{202e}abc", "\u{7f}", "\u{2028}"])
    func plain(_ text: String) {
        let shown = PlainText.line(text)
        #expect(shown.contains("\u{fffd}"))
        #expect(shown.unicodeScalars.count == text.unicodeScalars.count)
    }

    @Test(
        "A word is quoted where a shell would read it otherwise",
        arguments: [
            ("var", "var"), ("/srv/a-b_c.d", "/srv/a-b_c.d"), ("a b", "'a b'"), ("it's", "'it'\\''s'"), ("", "''"),
            ("$x", "'$x'"),
        ])
    func shell(_ word: String, _ quoted: String) {
        #expect(ShellWord.quoted(word) == quoted)
    }
}
