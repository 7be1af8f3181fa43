// SPDX-License-Identifier: Apache-2.0

/// Where a command reads and writes. The rules of the terminal: answers go to output, everything else to error; colour
/// and cutting to the width are for people only; a secret is never asked for on the command line.
package struct Terminal: Sendable {
    /// Standard output or standard error.
    package enum Channel: Sendable { case output, error }

    /// Whether a person types at standard input.
    package var asksPerson: Bool
    /// Whether a person reads standard output.
    package var showsToPerson: Bool
    /// The columns of that person's screen, if known.
    package var width: Int?
    /// Whether colours are wanted and shown.
    package var hasColour: Bool
    /// Writes all bytes at once.
    package var write: @Sendable (Channel, [UInt8]) -> Void
    /// Reads standard input to its end; nil if there is more than the limit.
    package var readAll: @Sendable (_ limit: Int) -> [UInt8]?
    /// Asks for one line that is not shown while it is typed; nil if the person gave up.
    package var askHidden: @Sendable (_ prompt: String) -> [UInt8]?

    /// A terminal of these parts.
    package init(
        asksPerson: Bool, showsToPerson: Bool, width: Int?, hasColour: Bool,
        write: @escaping @Sendable (Channel, [UInt8]) -> Void, readAll: @escaping @Sendable (Int) -> [UInt8]?,
        askHidden: @escaping @Sendable (String) -> [UInt8]?
    ) {
        self.asksPerson = asksPerson
        self.showsToPerson = showsToPerson
        self.width = width
        self.hasColour = hasColour
        self.write = write
        self.readAll = readAll
        self.askHidden = askHidden
    }

    /// A line on standard output.
    func say(_ line: String) { write(.output, Array((line + "\n").utf8)) }

    /// A line on standard error.
    func note(_ line: String) { write(.error, Array((line + "\n").utf8)) }

    /// `text` in bold where that can be seen.
    func bold(_ text: String) -> String { hasColour ? "\u{1b}[1m\(text)\u{1b}[0m" : text }
}
