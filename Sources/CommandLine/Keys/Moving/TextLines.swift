// SPDX-License-Identifier: Apache-2.0

/// The lines of a named file, or of standard input for `-`, one after another.
struct TextLines {
    private var file: LineSource?
    private let descriptor: Int32?
    private var given: ArraySlice<UInt8> = []
    /// How many were read.
    private(set) var count = 0

    private static let longestLine = 1 << 20
    private static let longestInput = 1 << 30

    /// Opens it; to be closed.
    init(_ name: String, _ terminal: Terminal) throws(CommandFailure) {
        guard name == "-" else {
            let descriptor = try FileBytes.open(name)
            self.descriptor = descriptor
            file = LineSource(
                descriptor: descriptor, limit: TextLines.longestLine, fix: "Check that it is the right file.")
            return
        }
        descriptor = nil
        guard let bytes = terminal.readAll(TextLines.longestInput) else {
            throw CommandFailure("Standard input holds more than 1 GiB.", fix: "Put it into a file and name that.")
        }
        given = bytes[...]
    }

    /// The next line without its end and, on the first, without a byte order mark; nil at the end.
    mutating func next() throws(CommandFailure) -> [UInt8]? {
        guard var line = try read() else { return nil }
        count += 1
        if count == 1, line.starts(with: [0xEF, 0xBB, 0xBF]) { line.removeFirst(3) }
        if line.last == 0x0D { line.removeLast() }
        return line
    }

    private mutating func read() throws(CommandFailure) -> [UInt8]? {
        if file != nil { return try file?.next() }
        guard !given.isEmpty else { return nil }
        let end = given.firstIndex(of: 0x0A) ?? given.endIndex
        defer { given = given[min(end + 1, given.endIndex)...] }
        return Array(given[..<end])
    }

    func close() { descriptor.map(FileBytes.close) }
}
