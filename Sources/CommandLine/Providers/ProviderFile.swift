// SPDX-License-Identifier: Apache-2.0
internal import Wire
internal import Yams

/// A provider as data, read from YAML (1.2, core schema) or JSON. What its members may be, ``ProviderCheck`` and the
/// server say.
struct ProviderFile {
    let json: JSON
    /// Where things stand, if it is YAML.
    let lines: YAMLLines?

    /// The size of a file, 1 MiB.
    static let longest = 1 << 20

    /// Reads a file whose name ends in `.json` as JSON, any other as YAML.
    init(name: String, bytes: [UInt8]) throws(CommandFailure) {
        if name.hasSuffix(".json") {
            json = try ProviderFile.strict(name, bytes)
            lines = nil
        } else {
            let root = try ProviderFile.root(name, bytes)
            var reader = YAMLTree(file: name)
            json = try root.map { root throws(CommandFailure) in try reader.json(root) } ?? .null
            lines = root.map(YAMLLines.init)
        }
        guard json.asObject != nil else {
            throw CommandFailure(
                "\(name) does not describe a provider.", fix: "It must be a mapping: title, origins, credential.")
        }
    }

    /// Reads the file at a path, or standard input for `-`.
    init(at path: String, from terminal: Terminal) throws(CommandFailure) {
        let bytes =
            path == "-"
            ? terminal.readAll(ProviderFile.longest) : try FileBytes.contents(path, limit: ProviderFile.longest)
        guard let bytes else {
            throw CommandFailure("\(path) is larger than 1 MiB.", fix: "Check that it is the right file.")
        }
        try self.init(name: path, bytes: bytes)
    }

    private static func strict(_ name: String, _ bytes: [UInt8]) throws(CommandFailure) -> JSON {
        do throws(JSONFault) {
            return try JSON.parse(bytes)
        } catch {
            throw CommandFailure(
                "\(name) is not JSON: \(error.code.rawValue) at byte \(error.offset).",
                fix: "Mend it there, and try again.")
        }
    }

    private static func root(_ name: String, _ bytes: [UInt8]) throws(CommandFailure) -> Node? {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw CommandFailure("\(name) is not UTF-8 text.", fix: "Save it as UTF-8.")
        }
        do {
            return try compose(yaml: text)
        } catch {
            throw CommandFailure("\(name) is not YAML: \(error)", fix: "Mend it there, and try again.")
        }
    }
}
