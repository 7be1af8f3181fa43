// SPDX-License-Identifier: Apache-2.0
internal import Yams

/// Where in a YAML document what a JSON pointer names stands.
struct YAMLLines {
    private let root: Node

    init(_ root: Node) { self.root = root }

    /// The line, from 1, of the member or element; of the nearest that there is above it, where it is missing.
    func line(of pointer: String) -> Int? {
        var node = root
        var line = root.mark?.line
        for step in pointer.split(separator: "/") {
            let name = String(step.replacing("~1", with: "/").replacing("~0", with: "~"))
            guard let (next, mark) = YAMLLines.child(node, name) else { break }
            node = next
            line = mark?.line ?? line
        }
        return line
    }

    private static func child(_ node: Node, _ name: String) -> (Node, Mark?)? {
        switch node {
        case .mapping(let mapping):
            for (key, value) in mapping where key.string == name { return (value, key.mark) }
            return nil
        case .sequence(let sequence):
            guard let index = Int(name), sequence.indices.contains(index) else { return nil }
            return (sequence[index], sequence[index].mark)
        case .scalar, .alias: return nil
        }
    }
}
