// SPDX-License-Identifier: Apache-2.0
import CommandLine
import Secrets

/// Where the next master key will come from, written down in the data directory before the vault is sealed under it.
///
/// Whoever can write there could as well replace the program's own files; so a call over the network may start a
/// rotation, and cannot say what is read or run for it. Should the program be killed in between, this and the source
/// that was named at the start are both there, and the database says which of them is right.
struct StagedMasterKey: Equatable {
    /// The id of the next key.
    let id: String
    let source: MasterKeySource
    /// Whether the new file takes the place of the one that is used now, once it is in force.
    let replacesFile: Bool

    private static let marker = "bitting-master-source-1"

    private static func file(in directory: String) -> String { "\(directory)/master.next" }

    /// What is staged in a data directory; nil for nothing.
    static func read(in directory: String) throws -> StagedMasterKey? {
        guard Files.exists(file(in: directory)) else { return nil }
        let text = String(decoding: try Files.read(file(in: directory), limit: 8192), as: UTF8.self)
        let words = text.split(separator: " ", maxSplits: 3)
        guard words.count == 4, words[0] == marker, text.hasSuffix("\n"),
            let source = MasterKeySource(String(words[3].dropLast()))
        else {
            throw HouseFailure(
                "\(file(in: directory)) is not as this program writes it.",
                fix: "Remove it if no master key was rotated; else put it back from its copy.")
        }
        return StagedMasterKey(id: String(words[1]), source: source, replacesFile: words[2] == "replace")
    }

    func write(in directory: String) throws {
        let line = "\(Self.marker) \(id) \(replacesFile ? "replace" : "keep") \(source.text)\n"
        try Files.replace(Self.file(in: directory), with: Array(line.utf8))
    }

    static func remove(in directory: String) { Files.remove(file(in: directory)) }
}
