// SPDX-License-Identifier: Apache-2.0

/// The environment of a program that `bitting run` starts: ours, less our own keys, and what it needs to call through
/// Bitting.
struct ChildEnvironment {
    private(set) var variables: [String: String]

    /// Starts from what surrounds us. A management key is nobody's affair but ours.
    init(_ surroundings: Surroundings, appKey: String) {
        variables = surroundings.environment
        for name in ["BITTING_KEY", "BITTING_APP_KEY"] where variables[name] != appKey { variables[name] = nil }
    }

    /// Sets a variable that the user named.
    mutating func set(_ name: String, _ value: String) { variables[name] = value }

    /// Sets a variable that a provider's description names. It describes where a key goes, and must not choose what the
    /// program runs.
    mutating func set(_ line: LendCard.Line, _ values: [String: String]) throws(CommandFailure) {
        guard Self.isName(line.name), !Self.steersPrograms(line.name) else {
            throw CommandFailure(
                "The provider's description would set \(PlainText.line(line.name)), which is no variable for a key.",
                fix: "Have the description mended: `bitting provider show`.")
        }
        guard let value = VariableFormat(line.format).filled(values) else {
            throw CommandFailure(
                "The provider's description fills \(line.name) with something that is not here.",
                fix: "Have the description mended: `bitting provider show`.")
        }
        variables[line.name] = value
    }

    /// Letters, digits and underscores, no digit first.
    static func isName(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        guard let first = bytes.first, bytes.count <= 200, !(0x30...0x39).contains(first) else { return false }
        return bytes.allSatisfy { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, 0x5f: true
            default: false
            }
        }
    }

    /// Variables by which loaders, shells and interpreters are told what to run.
    private static func steersPrograms(_ name: String) -> Bool {
        let upper = name.uppercased()
        return upper.hasPrefix("LD_") || upper.hasPrefix("DYLD_") || upper.hasPrefix("GIT_") || steering.contains(upper)
    }

    private static let steering: Set<String> = [
        "PATH", "HOME", "SHELL", "IFS", "ENV", "BASH_ENV", "PS4", "PROMPT_COMMAND", "EDITOR", "VISUAL", "PAGER",
        "NODE_OPTIONS", "NODE_PATH", "PYTHONPATH", "PYTHONHOME", "PYTHONSTARTUP", "PERL5LIB", "PERL5OPT", "RUBYLIB",
        "RUBYOPT", "JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "CLASSPATH", "GCONV_PATH", "SSL_CERT_FILE", "SSL_CERT_DIR",
    ]
}
