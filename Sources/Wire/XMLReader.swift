// SPDX-License-Identifier: Apache-2.0

/// Reads the plain XML that answers of query APIs are: elements and text. Everything that makes XML dangerous is refused:
/// document types, entities of their own, processing instructions but the first line, and what is deep or large.
package struct XMLReader {
    private let bytes: [UInt8]
    private var position = 0
    private var elements = 0

    private static let deepest = 32
    private static let most = 50_000

    private struct Fault: Error {}

    /// What stands in the root element: an object of its elements, a list where several have one name, a text where there
    /// are none. Attributes and prefixes of names are passed over. Nil for what is no such XML.
    package static func tree(_ bytes: [UInt8]) -> JSON? {
        var reader = XMLReader(bytes: bytes)
        do {
            try reader.prologue()
            let (_, root) = try reader.element(depth: 0)
            try reader.skipSpaceAndComments()
            return reader.position == bytes.count ? root : nil
        } catch {
            return nil
        }
    }

    private init(bytes: [UInt8]) { self.bytes = bytes }

    private mutating func prologue() throws(Fault) {
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
        if starts("<?xml") { try skip(through: "?>") }
        try skipSpaceAndComments()
    }

    /// One element: its name without a prefix, and what is in it.
    private mutating func element(depth: Int) throws(Fault) -> (name: String, content: JSON) {
        elements += 1
        guard depth < Self.deepest, elements <= Self.most, take("<") else { throw Fault() }
        let name = try name()
        if try endOfStartTag() { return (name, .string("")) }
        var members: [(name: String, content: JSON)] = []
        var text: [UInt8] = []
        while true {
            if starts("</") {
                position += 2
                guard try self.name() == name else { throw Fault() }
                skipSpace()
                guard take(">") else { throw Fault() }
                return (name, members.isEmpty ? try Self.text(text) : Self.object(members))
            }
            if starts("<!--") {
                try skip(through: "-->")
            } else if starts("<![CDATA[") {
                position += 9
                let start = position
                try skip(through: "]]>")
                text += bytes[start..<(position - 3)]
            } else if starts("<") {
                members.append(try element(depth: depth + 1))
            } else {
                text += try character()
            }
        }
    }

    private static func text(_ bytes: [UInt8]) throws(Fault) -> JSON {
        let trimmed = bytes.drop(while: isSpace).reversed().drop(while: isSpace).reversed()
        guard let text = String(validating: Array(trimmed), as: UTF8.self) else { throw Fault() }
        return .string(text)
    }

    private static func object(_ members: [(name: String, content: JSON)]) -> JSON {
        var order: [String] = []
        var contents: [String: [JSON]] = [:]
        for (name, content) in members {
            if contents[name] == nil { order.append(name) }
            contents[name, default: []].append(content)
        }
        return .object(
            order.map { name in
                let all = contents[name] ?? []
                return .init(name: name, value: all.count == 1 ? all[0] : .array(all))
            })
    }

    /// Behind a name: attributes up to the end of the tag. True where the element is empty.
    private mutating func endOfStartTag() throws(Fault) -> Bool {
        while position < bytes.count {
            skipSpace()
            if take("/>") { return true }
            if take(">") { return false }
            _ = try name()
            skipSpace()
            guard take("=") else { throw Fault() }
            skipSpace()
            guard position < bytes.count, bytes[position] == 0x22 || bytes[position] == 0x27 else { throw Fault() }
            let quote = bytes[position]
            position += 1
            guard let end = bytes[position...].firstIndex(of: quote), !bytes[position..<end].contains(0x3C) else {
                throw Fault()
            }
            position = end + 1
        }
        throw Fault()
    }

    private mutating func name() throws(Fault) -> String {
        let start = position
        while position < bytes.count, Self.isNameByte(bytes[position]) { position += 1 }
        guard position > start, let name = String(validating: bytes[start..<position], as: UTF8.self) else {
            throw Fault()
        }
        return name.split(separator: ":").last.map(String.init) ?? name
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x3A, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x80...: true
        default: false
        }
    }

    private static let entities: [(String, UInt8)] = [
        ("&lt;", 0x3C), ("&gt;", 0x3E), ("&amp;", 0x26), ("&quot;", 0x22), ("&apos;", 0x27),
    ]

    /// The next byte of text, or what a reference stands for.
    private mutating func character() throws(Fault) -> [UInt8] {
        guard position < bytes.count else { throw Fault() }
        guard bytes[position] == 0x26 else {
            position += 1
            return [bytes[position - 1]]
        }
        for (entity, byte) in Self.entities where take(entity) { return [byte] }
        guard take("&#"), let end = bytes[position...].prefix(9).firstIndex(of: 0x3B) else { throw Fault() }
        let isHex = bytes[position] == 0x78
        let digits = String(decoding: bytes[(position + (isHex ? 1 : 0))..<end], as: UTF8.self)
        guard let code = UInt32(digits, radix: isHex ? 16 : 10), code >= 0x20 || code == 0x09 || code == 0x0A,
            let scalar = Unicode.Scalar(code)
        else { throw Fault() }
        position = end + 1
        return Array(String(scalar).utf8)
    }

    private mutating func skipSpaceAndComments() throws(Fault) {
        skipSpace()
        while starts("<!--") {
            try skip(through: "-->")
            skipSpace()
        }
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }

    private mutating func skipSpace() {
        while position < bytes.count, Self.isSpace(bytes[position]) { position += 1 }
    }

    private mutating func skip(through mark: String) throws(Fault) {
        let mark = Array(mark.utf8)
        while position + mark.count <= bytes.count {
            if bytes[position..<(position + mark.count)].elementsEqual(mark) {
                position += mark.count
                return
            }
            position += 1
        }
        throw Fault()
    }

    private func starts(_ text: String) -> Bool {
        let text = text.utf8
        return position + text.count <= bytes.count && bytes[position..<(position + text.count)].elementsEqual(text)
    }

    private mutating func take(_ text: String) -> Bool {
        guard starts(text) else { return false }
        position += text.utf8.count
        return true
    }
}
