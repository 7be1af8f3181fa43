// SPDX-License-Identifier: Apache-2.0

/// Where a master key comes from, as `--master-key` names it.
///
/// - `PATH` or `file:PATH`: a file of one's own.
/// - `credential:NAME`: what systemd handed over under that name.
/// - `command:PROGRAM ARGUMENT …`: what a program prints; words are split at blanks, there is no shell and no quoting.
/// - `passphrase`, `passphrase:PATH`, `passphrase:credential:NAME`: derived from what is typed or stands in that place.
package enum MasterKeySource: Equatable, Sendable {
    case file(String)
    case credential(String)
    case command([String])
    case passphrase(Passphrase)

    /// Where a passphrase comes from.
    package enum Passphrase: Equatable, Sendable {
        case terminal
        case file(String)
        case credential(String)
    }

    /// Reads the text of the flag; nil when it names nothing.
    package init?(_ text: String) {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        let rest = parts.count == 2 ? String(parts[1]) : nil
        switch (String(parts[0]), rest) {
        case ("file", let path?): self = .file(path)
        case ("credential", let name?): self = .credential(name)
        case ("command", let line?): self = .command(line.split(separator: " ").map(String.init))
        case ("passphrase", nil): self = .passphrase(.terminal)
        case ("passphrase", let place?): self = .passphrase(Self.passphrase(place))
        default: self = .file(text)
        }
        guard isWellFormed else { return nil }
    }

    private static func passphrase(_ place: String) -> Passphrase {
        place.hasPrefix("credential:") ? .credential(String(place.dropFirst("credential:".count))) : .file(place)
    }

    /// The text that names it.
    package var text: String {
        switch self {
        case .file(let path): "file:\(path)"
        case .credential(let name): "credential:\(name)"
        case .command(let words): "command:" + words.joined(separator: " ")
        case .passphrase(.terminal): "passphrase"
        case .passphrase(.file(let path)): "passphrase:\(path)"
        case .passphrase(.credential(let name)): "passphrase:credential:\(name)"
        }
    }

    private var isWellFormed: Bool {
        guard !text.utf8.contains(0), !text.utf8.contains(0x0A), text.utf8.count <= 4096 else { return false }
        return switch self {
        case .file(let path), .passphrase(.file(let path)): !path.isEmpty
        case .credential(let name), .passphrase(.credential(let name)): Self.isCredentialName(name)
        case .command(let words): !words.isEmpty
        case .passphrase(.terminal): true
        }
    }

    /// One file name of letters, digits, dot, hyphen and underscore: nothing leads out of the directory.
    private static func isCredentialName(_ name: String) -> Bool {
        let allowed = name.utf8.allSatisfy {
            (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0)
                || [0x2D, 0x2E, 0x5F].contains($0)
        }
        return allowed && (1...255).contains(name.utf8.count) && name != "." && name != ".."
    }
}
