// SPDX-License-Identifier: Apache-2.0
internal import Wire
internal import Yams

/// A provider as data, read from YAML (1.2, core schema) or JSON. What its members may be, the server says.
struct ProviderFile {
    let json: JSON

    /// Reads a file whose name ends in `.json` as JSON, any other as YAML.
    init(name: String, bytes: [UInt8]) throws(CommandFailure) {
        let json = name.hasSuffix(".json") ? try ProviderFile.strict(name, bytes) : try ProviderFile.yaml(name, bytes)
        guard json.asObject != nil else {
            throw CommandFailure(
                "\(name) does not describe a provider.", fix: "It must be a mapping: title, origins, credential.")
        }
        self.json = json
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

    private static func yaml(_ name: String, _ bytes: [UInt8]) throws(CommandFailure) -> JSON {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw CommandFailure("\(name) is not UTF-8 text.", fix: "Save it as UTF-8.")
        }
        let root: Node?
        do {
            root = try compose(yaml: text)
        } catch {
            throw CommandFailure("\(name) is not YAML: \(error)", fix: "Mend it there, and try again.")
        }
        guard let root else { return .null }
        var reader = YAMLTree(file: name)
        return try reader.json(root)
    }
}
