// SPDX-License-Identifier: Apache-2.0
import Wire

/// One answer as a client reads it.
struct Answer: Sendable {
    let status: Int
    /// Names in lower case, in the order they came.
    let fields: [(name: String, value: String)]
    let body: [UInt8]

    var text: String { String(decoding: body, as: UTF8.self) }
    var json: JSON? { try? JSON.parse(text) }
    var code: String? { json?["code"]?.asString }
    var pointer: String? { json?["pointer"]?.asString }

    /// The value of a field; nil when it is absent or there twice.
    subscript(name: String) -> String? {
        let found = fields.filter { $0.name == name }
        return found.count == 1 ? found[0].value : nil
    }

    /// Where the first head ends.
    static func headEnd(_ bytes: [UInt8]) -> Int? {
        guard bytes.count >= 4 else { return nil }
        for end in 4...bytes.count where bytes[(end - 4)..<end].elementsEqual("\r\n\r\n".utf8) { return end }
        return nil
    }

    /// Takes one whole answer off the front, or nothing.
    static func read(_ bytes: inout [UInt8], isHead: Bool, isEnd: Bool) -> Answer? {
        guard let end = headEnd(bytes) else { return nil }
        let lines = String(decoding: bytes[..<(end - 4)], as: UTF8.self).split(
            separator: "\r\n", omittingEmptySubsequences: false)
        let status = Int(lines[0].split(separator: " ").dropFirst().first ?? "") ?? 0
        let fields = lines.dropFirst().map { line in
            let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            return (name: parts[0].lowercased(), value: String((parts.last ?? "").drop { $0 == " " }))
        }
        guard
            let (body, count) = body(
                Array(bytes[end...]), fields, hasNone: isHead || status == 204 || status == 304, isEnd)
        else { return nil }
        bytes.removeFirst(end + count)
        return Answer(status: status, fields: fields, body: body)
    }

    private static func body(
        _ rest: [UInt8], _ fields: [(name: String, value: String)], hasNone: Bool, _ isEnd: Bool
    ) -> (body: [UInt8], count: Int)? {
        if hasNone { return ([], 0) }
        if fields.contains(where: { $0.name == "transfer-encoding" }) { return chunks(rest) }
        guard let text = fields.first(where: { $0.name == "content-length" })?.value, let length = Int(text) else {
            return isEnd ? (rest, rest.count) : nil
        }
        return rest.count >= length ? (Array(rest.prefix(length)), length) : nil
    }

    private static func chunks(_ bytes: [UInt8]) -> (body: [UInt8], count: Int)? {
        var body: [UInt8] = []
        var position = 0
        while true {
            guard let line = bytes[position...].firstIndex(of: 0x0A), line > position,
                let size = Int(String(decoding: bytes[position..<(line - 1)], as: UTF8.self), radix: 16),
                bytes.count >= line + 1 + size + 2
            else { return nil }
            body += bytes[(line + 1)..<(line + 1 + size)]
            position = line + 1 + size + 2
            if size == 0 { return (body, position) }
        }
    }
}
