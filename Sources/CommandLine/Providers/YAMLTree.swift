// SPDX-License-Identifier: Apache-2.0
internal import Wire
internal import Yams

/// Turns a YAML document into the JSON it stands for.
///
/// Plain scalars are read by YAML 1.2's core schema, so that `on` and `no` are words; whatever is quoted is a string.
struct YAMLTree {
    /// Aliases can make a small file mean a huge tree.
    private static let limit = 100_000

    private let file: String
    private var count = 0

    init(file: String) {
        self.file = file
    }

    /// The node and all below it.
    mutating func json(_ node: Node) throws(CommandFailure) -> JSON {
        count += 1
        guard count <= YAMLTree.limit else {
            throw CommandFailure("\(file) means too large a document.", fix: "Take out its aliases.")
        }
        switch node {
        case .scalar(let scalar): return YAMLTree.value(of: scalar)
        case .sequence(let sequence):
            var elements: [JSON] = []
            for element in sequence { elements.append(try json(element)) }
            return .array(elements)
        case .mapping(let mapping): return try object(mapping)
        case .alias: throw CommandFailure("\(file) has an alias without its anchor.", fix: "Write the value out.")
        }
    }

    private mutating func object(_ mapping: Node.Mapping) throws(CommandFailure) -> JSON {
        var members: [JSON.Member] = []
        for (key, value) in mapping {
            guard let name = key.scalar?.string else {
                throw CommandFailure("\(file) has a key that is not a word.", fix: "Names of members are plain text.")
            }
            members.append(JSON.Member(name: name, value: try json(value)))
        }
        return .object(members)
    }

    private static func value(of scalar: Node.Scalar) -> JSON {
        let text = scalar.string
        guard scalar.style == .plain || scalar.style == .any else { return .string(text) }
        switch text {
        case "", "~", "null", "Null", "NULL": return .null
        case "true", "True", "TRUE": return true
        case "false", "False", "FALSE": return false
        default: break
        }
        // JSON's numbers are those of the core schema but for octal, hexadecimal, infinities and a bare dot.
        if let number = try? JSON.parse(text), number.asString == nil, !text.hasPrefix("["), !text.hasPrefix("{") {
            return number
        }
        return .string(text)
    }
}
