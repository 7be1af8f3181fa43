// SPDX-License-Identifier: Apache-2.0

/// The lines of a file, one after another.
struct LineSource {
    private let descriptor: Int32
    private let limit: Int
    private let fix: String
    private var buffer: [UInt8] = []
    private var position = 0
    private var isAtEnd = false

    /// The lines from where the descriptor stands; none may be longer than `limit` bytes, or `fix` is what to do.
    init(descriptor: Int32, limit: Int, fix: String = "Export one event a line.") {
        self.fix = fix
        self.descriptor = descriptor
        self.limit = limit
    }

    /// The next line without its line feed; nil at the end.
    mutating func next() throws(CommandFailure) -> [UInt8]? {
        var searched = position
        while true {
            if let end = buffer[searched...].firstIndex(of: 0x0a) {
                defer { position = end + 1 }
                return Array(buffer[position..<end])
            }
            searched = buffer.count - position
            guard try fill() else { break }
        }
        defer { position = buffer.count }
        return position < buffer.count ? Array(buffer[position...]) : nil
    }

    /// All that is left.
    mutating func rest() throws(CommandFailure) -> [UInt8] {
        while try fill() {}
        defer { position = buffer.count }
        return Array(buffer[position...])
    }

    /// Reads on, dropping what was handed out; false at the end.
    private mutating func fill() throws(CommandFailure) -> Bool {
        guard let piece = isAtEnd ? nil : FileBytes.readPiece(descriptor) else {
            isAtEnd = true
            buffer.removeFirst(position)
            position = 0
            return false
        }
        buffer.removeFirst(position)
        position = 0
        buffer += piece
        guard buffer.count <= limit else {
            throw CommandFailure("A line is longer than \(limit) bytes.", fix: fix)
        }
        return true
    }
}
